import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeForUsers, runSandboxed, stagedProbe } from '../../support/index.ts'
import { startBackground, type Background } from './background.ts'
import { newScene, profileOf } from './scene.ts'
import { defineAttacks, type Attack } from './table.ts'

/** As on a host that refuses a fresh one: the processes of the user are listed, and nothing more of them can be had. */
const SANDBOX = { proc: 'host' } as const

describeForUsers('the processes of the user, where the /proc of the host is visible', ['cc'], (user) => {
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
    { act: 'reads the map of its memory', attempt: () => ['read', `/proc/${pid()}/maps`], gets: 'EACCES' },
    { act: 'asks for its program', attempt: () => ['readlink', `/proc/${pid()}/exe`], gets: 'EACCES' },
    {
      act: 'reads a denied file below its root',
      attempt: (scene) => ['read', `/proc/${pid()}/root${scene.secret}`],
      gets: 'EACCES',
    },
    {
      act: 'writes below its root',
      attempt: (scene) => ['write', `/proc/${pid()}/root${scene.outside}/file`],
      gets: 'EACCES',
    },
    {
      act: 'writes below its working directory',
      attempt: (scene) => ['write', `/proc/${pid()}/cwd${scene.outside}/file`],
      gets: 'EACCES',
    },
    { act: 'asks for its streams', attempt: () => ['readlink', `/proc/${pid()}/fd/0`], gets: 'EACCES' },
    { act: 'signals it', attempt: () => ['kill', pid(), '0'], gets: 'ESRCH' },
    { act: 'traces it', attempt: () => ['ptrace', pid()], gets: 'ESRCH' },
    {
      act: 'makes it the first to die',
      attempt: () => ['open-to-write', `/proc/${pid()}/oom_score_adj`],
      gets: 'EROFS',
    },
    {
      act: 'enters its namespaces',
      attempt: () => ['setns', `/proc/${pid()}/ns/net`],
      gets: 'EACCES',
      twin: { by: 'root' },
    },
  ]
  defineAttacks(user, attacks, { sandbox: SANDBOX })

  test('no setting of the kernel can be opened to write', async () => {
    const scene = newScene(user)
    const list = (directory: string) =>
      runSandboxed(user, {
        sandbox: { ...SANDBOX, profile: profileOf(scene) },
        command: [stagedProbe(), 'list-writable', directory],
      })
    expect(await list('/proc')).toMatchObject({ stdout: 'ok\n', enforced: { proc: 'host' } })
    expect((await list(scene.workspace)).stdout).toBe(`${join(scene.workspace, 'notes')}\nok\n`)
  })
})
