import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, runProgram, userEnvironment } from '../../support/index.ts'
import { directoryWithBwrap } from '../bad-input/programs.ts'
import { REAL_BWRAP } from '../launcher/fakes.ts'
import { hostWithoutTmp, nodeWords, oldKernel } from './hosts.ts'

/** Prints what is known under three policies, and whether anything was printed or started on the way. */
const WARN = `
  const { dangerFullAccess, readOnly, startupWarnings, workspaceWrite } = await import(process.argv[1])
  const profiles = [readOnly(), workspaceWrite({ root: '/srv' }), dangerFullAccess()]
  const found = profiles.map((profile) => startupWarnings({ profile }))
  process.stdout.write(JSON.stringify(found))
`

describeForUsers('the start-up warnings', [], (user) => {
  async function warningsOf(
    words: readonly string[],
    env = userEnvironment(),
    stage?: string,
  ): Promise<string[][]> {
    const [program = '', ...args] = [...words, ...nodeWords(WARN, [], stage)]
    const { exitCode, stdout, stderr } = await runProgram(user, program, args, { env })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const found = JSON.parse(stdout) as { id: string; remedy: string }[][]
    for (const { remedy } of found.flat()) expect(remedy).not.toBe('')
    return found.map((some) => some.map(({ id }) => id))
  }

  test('are none on this host', async () => {
    expect(await warningsOf(['env'])).toEqual([[], [], []])
  })

  test('name a missing bwrap where the policy and the kernel need one', async () => {
    const env = { PATH: makeDirectory(user) }
    expect(await warningsOf(['/usr/bin/env'], env)).toEqual([[], [], []])
    const old = [REAL_BWRAP, '--bind', '/', '/', '--dev', '/dev', ...oldKernel(user)]
    expect(await warningsOf(old, env)).toEqual([['bwrap-missing'], ['bwrap-missing'], []])
  })

  test('name what refuses user namespaces where the policy needs them', async () => {
    const script = 'echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"'
    const words = ['unshare', '--user', '--map-root-user', 'sh', '-ec', script, 'sh']
    expect(await warningsOf(words)).toEqual([['user-namespaces-limit'], ['user-namespaces-limit'], []])
    expect(await warningsOf(['unshare', '--user', '--map-root-user'])).toEqual([[], [], []])
  })

  test('name a missing /tmp where the kernel needs bwrap', async () => {
    const warningsWith = (options: readonly string[]) => {
      const { words = [], stage } = hostWithoutTmp(['/usr/bin/env'], options)
      return warningsOf(words, userEnvironment(), stage)
    }
    expect(await warningsWith([])).toEqual([[], [], []])
    expect(await warningsWith(oldKernel(user))).toEqual([['tmp-missing'], ['tmp-missing'], []])
  })

  test('start no bwrap, even to ask it', async () => {
    const trace = `${makeDirectory(user)}/trace`
    const directory = directoryWithBwrap(user, `#!/bin/sh\necho ran >>${trace}\n`)
    expect(await warningsOf(['env'], { PATH: `${directory}:/usr/bin:/bin` })).toEqual([[], [], []])
    expect(existsSync(trace)).toBe(false)
  })
})
