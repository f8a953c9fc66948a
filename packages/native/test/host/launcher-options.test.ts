import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { LAUNCHER_OPTIONS } from '../../src/index.js'
import { openWorkshop, reasonToSkip, USERS, type User } from './host.js'
import { emptyDirectory, holdLock } from './placeholders.js'
import { becomes, pidsWith } from './processes.js'
import { BWRAP_WAITS, bwrapArgv, requestFor, run, start, type RequestParts } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)
const { program } = workshop

const [EBADMSG, ENOTDIR] = [74, 20]
/** Bytes: more than a socket takes at once. */
const LARGE = 100_000

function withPlaceholder(user: User, name: string): { directory: string; parts: RequestParts } {
  const directory = emptyDirectory(workshop.directory, user)
  const path = join(directory, name)
  return { directory, parts: { registry: join(directory, 'registry'), placeholders: [{ path }] } }
}

/** Tells its arguments, and then what it reads. */
const TELLS = 'echo "$@" >&2; tr "\\0" "\\n" <&"$1" >&2'

describe.skipIf(reasonToSkip()).each(USERS)('what a launcher reads, as $name', (user) => {
  const host = { program, user }

  test('are the words up to the last --, and the others are its arguments', async () => {
    const words = ['one', 'two words', '--', '', '@enter']
    const launcherArgv = ['sh', '-c', TELLS, 'sh', LAUNCHER_OPTIONS, ...words, '--', 'rest', '@status']
    const { reports } = await run(host, ['true'], { launcher: '/bin/sh', launcherArgv })
    expect(reports).toMatchObject([
      { step: 'launcher', text: '5 -- rest 4\none\ntwo words\n--\n\n/proc/self/fd/3\n' },
    ])
  })

  test('is not there before the placeholders are', async () => {
    const { directory, parts } = withPlaceholder(user, '.git')
    const release = await holdLock(user, directory)
    const marker = `waits-${user.uid}-${process.pid}`
    const script = `cat <&5 >/dev/null; test -d ${directory}/.git && echo there >&2; : ${marker}`
    const launcherArgv = ['sh', '-c', script, LAUNCHER_OPTIONS, 'one', '--']
    const bytes = requestFor(['true'], { launcher: '/bin/sh', launcherArgv, ...parts })
    const { done } = start({ ...host, pieces: [bytes] })
    expect(await becomes(() => pidsWith(marker).length > 0)).toBe(true)
    expect(existsSync(join(directory, '.git'))).toBe(false)
    release()
    expect((await done).reports).toMatchObject([{ step: 'launcher', text: 'there\n' }])
  })

  test('never comes where a placeholder cannot be made', async () => {
    const { directory, parts } = withPlaceholder(user, 'file')
    writeFileSync(join(directory, 'file'), '')
    const said = join(directory, 'said')
    writeFileSync(said, '')
    const launcherArgv = ['sh', '-c', `cat <&5 >${said}`, LAUNCHER_OPTIONS, 'one', '--']
    const outcome = await run(host, ['true'], { launcher: '/bin/sh', launcherArgv, ...parts })
    expect(outcome).toMatchObject({
      exitCode: 125,
      reports: [{ kind: 'failed', step: 'placeholder', path: join(directory, 'file'), errno: ENOTDIR }],
    })
    expect(readFileSync(said, 'utf8')).toBe('')
  })

  test('makes the same sandbox, whatever its size, also in a second attempt', async () => {
    const directory = emptyDirectory(workshop.directory, user)
    mkdirSync(join(directory, 'inner'))
    const long = ['A', 'B', 'C', 'D'].flatMap((name) => ['--setenv', name, name.repeat(LARGE)])
    const options = [...long, '--tmpfs', join(directory, 'inner'), '--cap-drop', 'ALL']
    const [first, second] = [[...options, '--no-such-option'], options].map((words) =>
      waiting(bwrapArgv(words)),
    )
    const script = `touch ${directory}/inner/x && cat /proc/self/mounts | grep -c ${directory}/inner; ls /proc/self/fd | wc -l`
    const { stdout, reports } = await run(host, ['sh', '-c', script], {
      launcherArgv: first ?? [],
      fallbackArgv: second ?? [],
    })
    expect(stdout.toString()).toBe('1\n4\n')
    expect(reports).toMatchObject([
      { kind: 'started', attempt: 'fallback' },
      { kind: 'ended', exitCode: 0 },
    ])
    expect(existsSync(join(directory, 'inner/x'))).toBe(false)
  })

  test('has an end', async () => {
    const launcherArgv = ['sh', LAUNCHER_OPTIONS, 'one']
    const { reports } = await run(host, ['true'], { launcher: '/bin/sh', launcherArgv })
    expect(reports).toMatchObject([{ kind: 'failed', step: 'request', errno: EBADMSG }])
  })
})

function waiting([name = '', ...words]: readonly string[]): string[] {
  return [name, ...BWRAP_WAITS, ...words]
}
