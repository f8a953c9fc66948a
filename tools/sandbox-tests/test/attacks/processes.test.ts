import { chmodSync, chownSync, copyFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  describeForUsers,
  hasFeature,
  ORDINARY_USER,
  runProgram,
  runSandboxed,
  stagedDriver,
  stagedNode,
  stagedProbe,
  type Outcome,
  type TestUser,
} from '../../support/index.ts'
import { resultsIn, scriptOf } from './attempts.ts'
import { startBackground } from './background.ts'
import { ACTS_ON_ITSELF, actsOnProcess, makeSharedMemory, startVictim } from './process-acts.ts'
import { newScene, profileOf } from './scene.ts'
import { attacksOf, defineAttacks, type Attack } from './table.ts'

describeForUsers('the processes of the user outside', ['cc'], (user) => {
  const pid = startVictim(user)
  const key = makeSharedMemory(user)

  /** Denied to pid 1 of the sandbox, which is ours and not dumpable. The twin does it to the victim. */
  const onInit = (act: string, words: (pid: string) => string[], gets = 'EACCES'): Attack => ({
    act,
    attempt: () => words('1'),
    gets,
    twin: { attempt: () => words(pid()) },
  })

  const attacks: readonly Attack[] = [
    ...attacksOf(actsOnProcess(pid), {
      'sees that it exists': 'ENOENT',
      'reads its command line': 'ENOENT',
      'reads its environment': 'ENOENT',
      'reads a denied file below its root': 'ENOENT',
      'writes below its root': 'ENOENT',
      'lists its descriptors': 'ENOENT',
      'signals it': 'ESRCH',
      'signals it by a pidfd': 'ESRCH',
      'changes its priority': 'ESRCH',
      'traces it': 'ESRCH',
      'reads its memory': 'EPERM',
      'writes its memory': 'EPERM',
      'steals a descriptor': 'ESRCH',
      'compares it': 'EPERM',
    }),
    { act: 'attaches its shared memory', attempt: () => ['attach-shm', key], gets: 'ENOENT' },
    onInit('reads the environment of pid 1', (one) => ['read', `/proc/${one}/environ`]),
    onInit(
      'writes the memory of pid 1',
      (one) => ['open-to-write', `/proc/${one}/mem`],
      user.uid === 0 ? 'EROFS' : 'EACCES',
    ),
    onInit('reads the map of pid 1', (one) => ['read', `/proc/${one}/maps`]),
    onInit('asks for the program of pid 1', (one) => ['readlink', `/proc/${one}/exe`]),
    onInit('lists the root of pid 1', (one) => ['list', `/proc/${one}/root/`]),
    onInit('lists the working directory of pid 1', (one) => ['list', `/proc/${one}/cwd/`]),
    onInit('traces pid 1', (one) => ['ptrace', one], 'EPERM'),
    onInit('steals a descriptor of pid 1', (one) => ['pidfd-getfd', one], 'EPERM'),
    ...attacksOf(ACTS_ON_ITSELF, { 'traces its own child': 'ok' }),
  ]
  defineAttacks(user, attacks)
})

describeForUsers('the end of everything', ['cc'], (user) => {
  test('signals to pid 1 do not end or stop the sandbox', async () => {
    const { run } = newSandbox(user)
    const hostNamespace = readlinkSync('/proc/self/ns/pid')
    expect(await run([stagedProbe(), 'strike-init', hostNamespace])).toMatchObject({
      exitCode: 0,
      signal: null,
      stdout: 'ok\n',
    })
    const killsItself = await run(['sh', '-c', 'kill -9 $$'])
    expect(killsItself).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
  })

  test('a signal to everybody reaches nobody outside', async () => {
    const { run } = newSandbox(user)
    const victim = await startBackground(user, stagedProbe(), ['wait'])
    onTestFinished(() => victim.stop())
    expect(await run([stagedProbe(), 'reach-anybody'])).toMatchObject({ stdout: 'ESRCH\n' })
    expect(await run(['sh', '-c', `${stagedProbe()} reach-anybody; true`])).toMatchObject({ stdout: 'ok\n' })
    expect(await runProgram(user, stagedProbe(), ['reach-anybody'])).toMatchObject({ stdout: 'ok\n' })
  })

  test('the descriptors of pid 1 have numbers at most', async () => {
    const { run } = newSandbox(user)
    const script = 'ls /proc/1/fd; for one in /proc/1/fd/*; do readlink "$one" || : < "$one"; done'
    const { stdout } = await run(['sh', '-c', script])
    expect(stdout).toMatch(/^[\d\n]*$/)
    const { stdout: twin } = await run(['sh', '-c', script.replaceAll('/proc/1/', '/proc/self/')])
    expect(twin).toMatch(/^(pipe|socket):/m)
  })

  test('only the processes of the command are listed', async () => {
    const { run } = newSandbox(user)
    const { stdout } = await run(['sh', '-c', 'echo /proc/[0-9]*'])
    expect(stdout).toBe('/proc/1 /proc/2\n')
  })
})

describe.runIf(hasFeature('root') && hasFeature('cc'))('a set-user-id program of root', () => {
  test('gives an ordinary user nothing in the sandbox', async () => {
    const { scene, run } = newSandbox(ORDINARY_USER)
    const program = join(scene.room, 'as-root')
    copyFileSync(stagedProbe(), program)
    chownSync(program, 0, 0)
    chmodSync(program, 0o4755)
    expect(await run([program, 'is-root'])).toMatchObject({ stdout: 'EPERM\n' })
    expect(await runProgram(ORDINARY_USER, program, ['is-root'])).toMatchObject({ stdout: 'ok\n' })
  })
})

describeForUsers('the session keyring of the caller', ['cc'], (user) => {
  test('is not that of the command', async () => {
    const { scene } = newSandbox(user)
    const name = `linux-sandbox-test-${process.pid}`
    const attempts = [
      ['read-key', name],
      ['request-key', name],
      ['add-key', `${name}-new`],
      ['list-key', name],
    ]
    const withKey = (program: readonly string[], input = '') =>
      runProgram(user, stagedProbe(), ['with-key', name, ...program], { input })

    const scenario = { sandbox: { profile: profileOf(scene) }, command: ['sh', '-c', scriptOf(attempts)] }
    const inside = await withKey([stagedNode(), stagedDriver()], JSON.stringify(scenario))
    const { result } = JSON.parse(inside.stdout) as Outcome
    expect(resultsIn(result!.stdout, { count: 4 })).toEqual(['EPERM', 'EPERM', 'EPERM', 'EACCES'])

    const outside = await withKey(['/bin/sh', '-c', scriptOf(attempts)])
    expect(resultsIn(outside.stdout, { count: 4 })).toEqual(['ok', 'ok', 'ok', 'ok'])
  })
})

function newSandbox(user: TestUser) {
  const scene = newScene(user)
  return {
    scene,
    run: (command: [string, ...string[]]) =>
      runSandboxed(user, { sandbox: { profile: profileOf(scene) }, command }),
  }
}
