import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers, runSandboxed, runScenario, TEST_BACKEND } from '../../support/index.ts'
import { ACTS_ON_ITSELF, actsOnProcess, startVictim } from '../attacks/process-acts.ts'
import { newScene, profileOf } from '../attacks/scene.ts'
import { attacksOf, defineAttacks, type Attack } from '../attacks/table.ts'
import { ABI, since } from './workspace.ts'

const INHERITED = { pidNamespace: 'inherited' } as const

describeForUsers('an inherited PID namespace', ['cc'], (user) => {
  const pid = startVictim(user)

  const attacks: readonly Attack[] = [
    ...attacksOf(actsOnProcess(pid), {
      'sees that it exists': 'ok',
      'reads its environment': 'EACCES',
      'opens its memory': 'EROFS',
      'asks for its program': 'EACCES',
      'reads a denied file below its root': 'EACCES',
      'signals it': since(6, 'EPERM'),
      'signals it by a pidfd': since(6, 'EPERM'),
      'limits it': 'EPERM',
      'traces it': 'EPERM',
    }),
    ...attacksOf(ACTS_ON_ITSELF, { 'limits itself': 'ok', 'traces its own child': 'ok' }),
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
    expect(inherited.enforced).toMatchObject({ filesystem: TEST_BACKEND, network: 'private', proc: 'host' })
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
