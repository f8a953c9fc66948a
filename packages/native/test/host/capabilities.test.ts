import { spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openWorkshop, USERS } from './host.js'
import { requestFor, run, start, WITHOUT_LAUNCHER } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

const isRoot = process.getuid?.() === 0
const NONE = '0000000000000000'

function setsOf(status: string): Record<string, string> {
  return Object.fromEntries(
    [...status.matchAll(/^(Cap\w+):\t(\w+)$/gm)].map(([, name, value]) => [name, value]),
  )
}

describe.each(USERS)('capabilities without a launcher, as $name', (user) => {
  const host = { program: workshop.program, user }

  test('the command has none', async () => {
    const { stdout } = await run(host, ['cat', '/proc/self/status'], WITHOUT_LAUNCHER)
    const sets = { CapInh: NONE, CapPrm: NONE, CapEff: NONE, CapAmb: NONE }
    // An ordinary user may not change the bounding set, which gives nothing without new privileges.
    expect(setsOf(stdout.toString())).toMatchObject(
      isRoot && user.uid === undefined ? { ...sets, CapBnd: NONE } : sets,
    )
    expect(stdout.toString()).toContain('NoNewPrivs:\t1')
  })

  test('who has some and keeps them is refused', async () => {
    const outcome = await run(host, ['true'], { isDirect: true, enter: { lifetime: 'subreaper' } })
    const refused = { reports: [{ kind: 'failed', step: 'capabilities', errno: 1 }], exitCode: 125 }
    expect(outcome).toMatchObject(isRoot && user.uid === undefined ? refused : { exitCode: 0 })
  })
})

describe.skipIf(!isRoot)('the command of root', () => {
  /** A file that only another user can read, in everybody's directory. */
  function makeSecret(): string {
    const room = mkdtempSync(join(workshop.directory, 'room-'))
    const secret = join(room, 'secret')
    chmodSync(room, 0o777)
    writeFileSync(secret, 'secret', { mode: 0o600 })
    chownSync(secret, 1000, 1000)
    return secret
  }

  const ACTS = [
    { act: 'read the file of another user', command: 'cat' },
    { act: 'take it', command: 'chown 0' },
    { act: 'change its mode', command: 'chmod 666' },
  ]

  test.each(ACTS)('cannot $act', async ({ command }) => {
    const secret = makeSecret()
    const argv = ['sh', '-c', `${command} ${secret}`]
    const denied = await run({ program: workshop.program }, argv, WITHOUT_LAUNCHER)
    expect(denied).toMatchObject({ exitCode: 1 })
    expect(denied.stderr.toString()).toMatch(/Permission denied|Operation not permitted/)
    expect(spawnSync(argv[0]!, argv.slice(1)).status).toBe(0)
  })

  test('cannot get any back: its securebits are locked', async () => {
    const capsh = spawnSync('setpriv', ['--dump'], { encoding: 'utf8' })
    expect(capsh.stdout).toContain('Securebits: [none]')
    const { stdout } = await run({ program: workshop.program }, ['setpriv', '--dump'], WITHOUT_LAUNCHER)
    expect(stdout.toString()).toMatch(
      /Securebits: noroot,noroot_locked,no_setuid_fixup,no_setuid_fixup_locked/,
    )
  })

  test('has none either where the bounding set cannot be changed', async () => {
    const secret = makeSecret()
    const started = start({
      program: 'setpriv',
      pieces: [requestFor(['sh', '-c', `cat /proc/self/status; cat ${secret}`], WITHOUT_LAUNCHER)],
      prefix: ['--bounding-set', '-setpcap', '--inh-caps', '-all', workshop.program],
    })
    const { stdout, exitCode } = await started.done
    expect(exitCode).toBe(1)
    const { CapBnd, ...sets } = setsOf(stdout.toString())
    expect(sets).toEqual({ CapInh: NONE, CapPrm: NONE, CapEff: NONE, CapAmb: NONE })
    expect(CapBnd).not.toBe(NONE)
  })
})
