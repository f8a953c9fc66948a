import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  descendantsOf,
  describeOnHost,
  makeDirectory,
  runProgram,
  stagedStandalone,
  startProgram,
  survivorsOf,
  until,
  workspaceProfileJson,
  type TestUser,
} from '../../support/index.ts'
import { expectRefusal } from '../bad-input/programs.ts'

/** Nested deeply and refused, for one that can read it. */
const NESTED = `{"type":${'['.repeat(100)}${']'.repeat(100)}}`

const profileOf = (count: number): string =>
  JSON.stringify({
    type: 'managed',
    network: 'restricted',
    file_system: {
      type: 'restricted',
      entries: Array.from({ length: count }, (_, index) => ({
        path: { type: 'path', path: `/missing/${index}` },
        access: 'read',
      })),
    },
  })

const policy = (profile: string): string[] => ['--sandbox-policy-cwd', '/', '--permission-profile', profile]

describeOnHost('an engine that stops while it plans', ['standalone', 'nativeLaunch'], (user) => {
  test.each([
    { why: 'stack', limit: 'ulimit -s 64', profile: NESTED, without: { exitCode: 2, message: /not valid/ } },
    {
      why: 'memory',
      limit: 'ulimit -v 10000',
      profile: profileOf(1800),
      without: { exitCode: 127, message: /not found/ },
    },
  ])('for want of $why says so and starts nothing', async ({ why, limit, profile, without }) => {
    const run = (limits: string) =>
      runProgram(user, '/bin/sh', [
        ...['-c', `${limits}; exec "$@"`, 'sh', stagedStandalone(), '--backend', 'native'],
        ...[...policy(profile), '/missing/command'],
      ])
    expectRefusal(
      await run(limit),
      125,
      new RegExp(`the engine ran out of .*${why}.*, so nothing was started$`),
    )
    expectRefusal(await run(':'), without.exitCode, without.message)
  })
})

/** A command that runs in a workspace whose protected names are missing, so that they are held by placeholders. */
async function startCommand(user: TestUser, backend: string) {
  const workspace = makeDirectory(user)
  const words = ['--sandbox-policy-cwd', workspace, '--permission-profile', workspaceProfileJson(workspace)]
  const script = 'echo ready; exec sleep 300'
  const run = startProgram(user, stagedStandalone(), [
    ...['--backend', backend, ...words],
    ...['--', '/bin/sh', '-c', script],
  ])
  await run.wrote('ready')
  const below = descendantsOf(run.pid)
  expect(below.length).toBeGreaterThan(1)
  expect(readdirSync(workspace)).toContain('.codex')
  return { workspace, run, below }
}

describeOnHost('a fault', ['standalone', 'nativeLaunch', 'bwrap', 'userNamespaces'], (user) => {
  describe.each(['native', 'bwrap'])('while a command runs under %s', (backend) => {
    test.each([
      { signal: 'SIGSEGV', end: { exitCode: 125, signal: null } },
      { signal: 'SIGBUS', end: { exitCode: 125, signal: null } },
      { signal: 'SIGILL', end: { exitCode: null, signal: 'SIGILL' } },
      { signal: 'SIGABRT', end: { exitCode: null, signal: 'SIGABRT' } },
    ] as const)('ends it by $signal, and nothing is left', async ({ signal, end }) => {
      const { workspace, run, below } = await startCommand(user, backend)
      run.child.kill(signal)
      const ended = await run.ended
      expect(ended).toMatchObject(end)
      const text =
        /^linux-sandbox: the engine ran out of stack or memory, so the command was ended\nhint: .+\n$/
      expect(ended.stderr).toMatch(end.signal === null ? text : /^$/)
      await until(() => survivorsOf(below).length === 0)
      expect(readdirSync(workspace)).toEqual([])
    })

    test('that does not happen ends nothing', async () => {
      const { workspace, run, below } = await startCommand(user, backend)
      run.child.kill(0)
      expect(survivorsOf(below)).toEqual(below)
      expect(readdirSync(workspace)).toContain('.codex')
    })
  })
})
