import {
  chownSync,
  closeSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeOnHost, runSandboxed, stagedProbe } from '../../support/index.ts'
import { newScene } from '../attacks/scene.ts'
import { defineAttacks, type Attack } from '../attacks/table.ts'
import { LANDLOCK, plainProfile, since } from './workspace.ts'

const HARMLESS = ['null', 'zero', 'full', 'random', 'urandom']

/** Reading one of these is reading every file on it. */
const DISK = readdirSync('/dev')
  .map((name) => `/dev/${name}`)
  .find(isDiskWithContent)

/** Loop devices that nobody uses hold nothing. */
function isDiskWithContent(path: string): boolean {
  try {
    if (!statSync(path).isBlockDevice()) return false
    const disk = openSync(path, 'r')
    try {
      return readSync(disk, Buffer.alloc(1)) === 1
    } finally {
      closeSync(disk)
    }
  } catch {
    return false // a link that leads nowhere, or no medium, or this user may not
  }
}

describeOnHost('devices under Landlock', ['landlock', 'cc'], (user) => {
  const memory = `/dev/shm/linux-sandbox-test-${process.pid}-${user.uid}`
  beforeAll(() => {
    writeFileSync(memory, 'of another program', { mode: 0o644 })
    chownSync(memory, user.uid, user.gid)
  })
  afterAll(() => rmSync(memory))

  const attacks: readonly Attack[] = [
    ...HARMLESS.map((name): Attack => ({
      act: `opens /dev/${name}`,
      attempt: () => ['open-device', `/dev/${name}`],
      gets: 'ok',
    })),
    { act: 'makes a terminal', attempt: () => ['open-device', '/dev/ptmx'], gets: 'EACCES' },
    {
      act: 'creates shared memory',
      attempt: () => ['create', `/dev/shm/${user.uid}-probe`],
      gets: 'EACCES',
      twin: { where: 'outside', attempt: ({ outside }) => ['create', `${outside}/shm`] },
    },
    { act: 'reads shared memory', attempt: () => ['read', memory], gets: 'EACCES' },
    {
      act: 'does an operation on a device that it can open',
      attempt: () => ['ask-entropy', '/dev/random'],
      gets: since(5, 'EACCES'),
    },
    ...(DISK === undefined
      ? []
      : [
          {
            act: 'reads a disk past its files',
            attempt: () => ['read', DISK],
            gets: 'EACCES',
            twin: { by: 'root' },
          } satisfies Attack,
        ]),
    {
      act: 'makes a device of its own',
      attempt: ({ room }) => ['mknod', `${room}/null`, 'character', '1', '3'],
      gets: 'EPERM',
      twin: { by: 'root' },
    },
  ]
  defineAttacks(user, attacks, { sandbox: LANDLOCK, profile: plainProfile })

  test('a device is given with all its operations when it is asked for, and a missing one is noted', async () => {
    const scene = newScene(user)
    const run = (devices: string[]) =>
      runSandboxed(user, {
        sandbox: { ...LANDLOCK, profile: plainProfile(scene), devices },
        command: [stagedProbe(), 'open-device', '/dev/ptmx'],
      })
    expect((await run([])).stdout).toBe('EACCES\n')
    const { stdout, enforced } = await run(['/dev/ptmx', '/dev/pts', '/dev/there-is-none'])
    expect(stdout).toBe('ok\n')
    expect(enforced.notes.map(({ kind }) => kind)).toContain('device-missing')
  })
})
