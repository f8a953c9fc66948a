import { chmodSync, chownSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  describeOnHost,
  hasFeature,
  ORDINARY_USER,
  runProgram,
  runSandboxed,
  stagedProbe,
} from '../../support/index.ts'
import { startBackground, type Background } from '../attacks/background.ts'
import { newScene } from '../attacks/scene.ts'
import { defineAttacks, type Attack } from '../attacks/table.ts'
import { LANDLOCK, plainProfile, since } from './workspace.ts'

/** A key of System V shared memory that nobody else uses, one for each user. */
const SHARED_MEMORY_KEY = 0x4c_4c_00_00 + (process.pid % 0xffff)

describeOnHost('the processes of the user, under Landlock', ['landlock', 'cc'], (user) => {
  let victim: Background
  let memory: Background
  const key = String(SHARED_MEMORY_KEY + (user.uid === 0 ? 0 : 0x1_00_00))
  beforeAll(async () => {
    victim = await startBackground(user, stagedProbe(), ['wait'], { env: { SECRET: 'of the victim' } })
    memory = await startBackground(user, stagedProbe(), ['make-shm', key])
  })
  afterAll(async () => {
    await victim.stop()
    await memory.stop()
  })
  const pid = (): string => String(victim.pid)

  const attacks: readonly Attack[] = [
    { act: 'sees that a process exists', attempt: () => ['read', `/proc/${pid()}/stat`], gets: 'ok' },
    { act: 'reads its environment', attempt: () => ['read', `/proc/${pid()}/environ`], gets: 'EACCES' },
    { act: 'opens its memory', attempt: () => ['open-to-write', `/proc/${pid()}/mem`], gets: 'EACCES' },
    { act: 'reads the map of its memory', attempt: () => ['read', `/proc/${pid()}/maps`], gets: 'EACCES' },
    { act: 'asks for its program', attempt: () => ['readlink', `/proc/${pid()}/exe`], gets: 'EACCES' },
    { act: 'asks for its streams', attempt: () => ['readlink', `/proc/${pid()}/fd/0`], gets: 'EACCES' },
    { act: 'lists what is below its root', attempt: () => ['list', `/proc/${pid()}/root/`], gets: 'EACCES' },
    {
      act: 'writes below its working directory',
      attempt: (scene) => ['write', `/proc/${pid()}/cwd${scene.outside}/file`],
      gets: 'EACCES',
    },
    {
      act: 'makes it the first to die',
      attempt: () => ['open-to-write', `/proc/${pid()}/oom_score_adj`],
      gets: 'EACCES',
    },
    { act: 'signals it', attempt: () => ['kill', pid(), '0'], gets: since(6, 'EPERM') },
    { act: 'signals it by a pidfd', attempt: () => ['pidfd-kill', pid(), '0'], gets: since(6, 'EPERM') },
    { act: 'limits it', attempt: () => ['prlimit', pid()], gets: 'EPERM' },
    { act: 'limits itself', attempt: () => ['prlimit', '0'], gets: 'ok' },
    { act: 'traces it', attempt: () => ['ptrace', pid()], gets: 'EPERM' },
    { act: 'reads its memory', attempt: () => ['vm-readv', pid()], gets: 'EPERM' },
    { act: 'writes its memory', attempt: () => ['vm-writev', pid()], gets: 'EPERM' },
    { act: 'steals a descriptor', attempt: () => ['pidfd-getfd', pid()], gets: 'EPERM' },
    { act: 'compares it', attempt: () => ['kcmp', pid()], gets: 'EPERM' },
    { act: 'traces its own child', attempt: () => ['ptrace-child'], gets: 'ok' },
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
