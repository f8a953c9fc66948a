import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeForUsers, runSandboxed, runScenario, stagedProbe } from '../../support/index.ts'
import { startBackground, type Background } from '../attacks/background.ts'
import { newScene, profileOf } from '../attacks/scene.ts'
import { defineAttacks, type Attack } from '../attacks/table.ts'
import { ABI, since } from './workspace.ts'

const INHERITED = { pidNamespace: 'inherited' } as const

describeForUsers('an inherited PID namespace', ['cc'], (user) => {
  let victim: Background
  beforeAll(async () => {
    victim = await startBackground(user, stagedProbe(), ['wait'], { env: { SECRET: 'of the victim' } })
  })
  afterAll(() => victim.stop())
  const pid = (): string => String(victim.pid)

  const attacks: readonly Attack[] = [
    { act: 'sees that a process exists', attempt: () => ['read', `/proc/${pid()}/stat`], gets: 'ok' },
    { act: 'reads its environment', attempt: () => ['read', `/proc/${pid()}/environ`], gets: 'EACCES' },
    { act: 'opens its memory', attempt: () => ['open-to-write', `/proc/${pid()}/mem`], gets: 'EROFS' },
    { act: 'asks for its program', attempt: () => ['readlink', `/proc/${pid()}/exe`], gets: 'EACCES' },
    {
      act: 'reads a denied file below its root',
      attempt: (scene) => ['read', `/proc/${pid()}/root${scene.secret}`],
      gets: 'EACCES',
    },
    { act: 'signals it', attempt: () => ['kill', pid(), '0'], gets: since(6, 'EPERM') },
    { act: 'signals it by a pidfd', attempt: () => ['pidfd-kill', pid(), '0'], gets: since(6, 'EPERM') },
    { act: 'limits it', attempt: () => ['prlimit', pid()], gets: 'EPERM' },
    { act: 'limits itself', attempt: () => ['prlimit', '0'], gets: 'ok' },
    { act: 'traces it', attempt: () => ['ptrace', pid()], gets: 'EPERM' },
    { act: 'traces its own child', attempt: () => ['ptrace-child'], gets: 'ok' },
    {
      act: 'moves a file from one of its directories to another',
      attempt: ({ workspace, room }) => ['rename', join(workspace, 'notes'), join(room, 'moved')],
      gets: 'ok',
    },
    { act: 'serves itself on 127.0.0.1', attempt: () => ['serve-itself', '127.0.0.1'], gets: 'ok' },
  ]
  defineAttacks(user, attacks, { sandbox: INHERITED })
  const signals = attacks.filter(({ act }) => act.startsWith('signals'))
  defineAttacks(user, signals, { sandbox: INHERITED, network: 'enabled' })

  test('has the numbers of the host, and a private one has not', async () => {
    const scene = newScene(user)
    const run = (sandbox: object) =>
      runSandboxed(user, {
        sandbox: { ...sandbox, profile: profileOf(scene) },
        command: ['sh', '-c', 'readlink /proc/self/ns/pid; echo $$'],
      })
    const inherited = await run(INHERITED)
    const [namespace, number] = inherited.stdout.trim().split('\n')
    const outside = await runSandboxed(user, {
      sandbox: { profile: { type: 'disabled' } },
      command: ['readlink', '/proc/self/ns/pid'],
    })
    expect(namespace).toBe(outside.stdout.trim())
    expect(Number(number)).toBeGreaterThan(2)
    expect(inherited.enforced).toMatchObject({ filesystem: 'bwrap', network: 'private', proc: 'host' })
    expect(inherited.enforced.notes.flatMap((note) => ('limit' in note ? [note.limit] : []))).toEqual(
      ABI >= 6 ? [] : ['signal'],
    )
    expect((await run({})).stdout.trim().split('\n')[0]).not.toBe(namespace)
  })

  test('cannot be had together with a fresh /proc', async () => {
    const sandbox = { ...INHERITED, proc: 'fresh', profile: { type: 'disabled' } } as const
    await expect(runScenario(user, { sandbox, command: ['true'] })).rejects.toThrow(
      "option proc cannot be 'fresh' where pidNamespace is 'inherited'",
    )
    const { result } = await runScenario(user, { sandbox: { ...sandbox, proc: 'host' }, command: ['true'] })
    expect(result).toMatchObject({ exitCode: 0 })
  })
})
