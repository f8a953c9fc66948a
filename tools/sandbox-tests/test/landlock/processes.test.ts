import { chmodSync, chownSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  describeOnHost,
  hasFeature,
  ORDINARY_USER,
  runProgram,
  runSandboxed,
  stagedProbe,
} from '../../support/index.ts'
import { ACTS_ON_ITSELF, actsOnProcess, makeSharedMemory, startVictim } from '../attacks/process-acts.ts'
import { newScene } from '../attacks/scene.ts'
import { attacksOf, defineAttacks, type Attack } from '../attacks/table.ts'
import { LANDLOCK, plainProfile, since } from './workspace.ts'

describeOnHost('the processes of the user, under Landlock', ['landlock', 'cc'], (user) => {
  const pid = startVictim(user)
  const key = makeSharedMemory(user)

  const attacks: readonly Attack[] = [
    ...attacksOf(actsOnProcess(pid), {
      'sees that it exists': 'ok',
      'reads its environment': 'EACCES',
      'opens its memory': 'EACCES',
      'reads the map of its memory': 'EACCES',
      'asks for its program': 'EACCES',
      'asks for its streams': 'EACCES',
      'lists what is below its root': 'EACCES',
      'writes below its working directory': 'EACCES',
      'makes it the first to die': 'EACCES',
      'signals it': since(6, 'EPERM'),
      'signals it by a pidfd': since(6, 'EPERM'),
      'limits it': 'EPERM',
      'traces it': 'EPERM',
      'reads its memory': 'EPERM',
      'writes its memory': 'EPERM',
      'steals a descriptor': 'EPERM',
      'compares it': 'EPERM',
    }),
    ...attacksOf(ACTS_ON_ITSELF, { 'limits itself': 'ok', 'traces its own child': 'ok' }),
    // Left open, and said so by notes.
    { act: 'attaches its shared memory', attempt: () => ['attach-shm', key], gets: 'ok' },
  ]
  defineAttacks(user, attacks, { sandbox: LANDLOCK, profile: plainProfile })
})

describe.runIf(hasFeature('landlock') && hasFeature('root') && hasFeature('cc'))(
  'a set-user-id program of root, under Landlock',
  () => {
    test('gives an ordinary user nothing', async () => {
      const scene = newScene(ORDINARY_USER)
      const program = join(scene.room, 'as-root')
      copyFileSync(stagedProbe(), program)
      chownSync(program, 0, 0)
      chmodSync(program, 0o4755)
      const sandbox = { ...LANDLOCK, profile: plainProfile(scene) }
      const inside = await runSandboxed(ORDINARY_USER, { sandbox, command: [program, 'is-root'] })
      expect(inside.stdout).toBe('EPERM\n')
      expect((await runProgram(ORDINARY_USER, program, ['is-root'])).stdout).toBe('ok\n')
    })
  },
)

describeOnHost('capabilities under Landlock', ['landlock'], (user) => {
  // Only who has a capability can take from the bounding set, and without one it means nothing.
  const sets = ['Inh', 'Prm', 'Eff', 'Amb', ...(user.uid === 0 ? ['Bnd'] : [])]

  test(`are all gone, from the sets ${sets.join(', ')}`, async () => {
    const scene = newScene(user)
    const command = ['grep', '^Cap', '/proc/self/status'] as const
    const sandbox = { ...LANDLOCK, profile: plainProfile(scene) }
    const { stdout } = await runSandboxed(user, { sandbox, command: [...command] })
    for (const set of sets) expect(stdout).toContain(`Cap${set}:\t${'0'.repeat(16)}\n`)
    const outside = await runProgram(user, command[0], command.slice(1))
    expect(outside.stdout).toMatch(user.uid === 0 ? /^CapEff:\t0*[1-9a-f]/m : /^CapBnd:\t0*[1-9a-f]/m)
  })
})
