import { afterAll, beforeAll } from 'vitest'
import { stagedProbe, type TestUser } from '../../support/index.ts'
import { startBackground, type Background } from './background.ts'
import type { Act } from './table.ts'

/** Starts a process of `user` before the tests of a block, and ends it after them. Its number is known in between. */
export function startVictim(user: TestUser): () => string {
  let victim: Background
  beforeAll(async () => {
    victim = await startBackground(user, stagedProbe(), ['wait'], { env: { SECRET: 'of the victim' } })
  })
  afterAll(() => victim.stop())
  return () => String(victim.pid)
}

/** Makes System V shared memory that lasts as long as the tests of a block. Returns its key, one for each worker and user. */
export function makeSharedMemory(user: TestUser): string {
  const key = String(0x5a_4d_00_00 + (process.pid % 0xffff) + (user.uid === 0 ? 0 : 0x1_00_00))
  let memory: Background
  beforeAll(async () => {
    memory = await startBackground(user, stagedProbe(), ['make-shm', key])
  })
  afterAll(() => memory.stop())
  return key
}

/** What a command does to a process that is not its own. */
export function actsOnProcess(pid: () => string) {
  const proc = (name: string): string => `/proc/${pid()}/${name}`
  return {
    'sees that it exists': { attempt: () => ['read', proc('stat')] },
    'reads its command line': { attempt: () => ['read', proc('cmdline')] },
    'reads its environment': { attempt: () => ['read', proc('environ')] },
    'opens its memory': { attempt: () => ['open-to-write', proc('mem')] },
    'reads the map of its memory': { attempt: () => ['read', proc('maps')] },
    'asks for its program': { attempt: () => ['readlink', proc('exe')] },
    'asks for its streams': { attempt: () => ['readlink', proc('fd/0')] },
    'lists its descriptors': { attempt: () => ['list', proc('fd')] },
    'lists what is below its root': { attempt: () => ['list', proc('root/')] },
    'reads a denied file below its root': { attempt: ({ secret }) => ['read', proc(`root${secret}`)] },
    'writes below its root': { attempt: ({ outside }) => ['write', proc(`root${outside}/file`)] },
    'writes below its working directory': { attempt: ({ outside }) => ['write', proc(`cwd${outside}/file`)] },
    'makes it the first to die': { attempt: () => ['open-to-write', proc('oom_score_adj')] },
    'enters its namespaces': { attempt: () => ['setns', proc('ns/net')], twin: { by: 'root' } },
    'signals it': { attempt: () => ['kill', pid(), '0'] },
    'signals it by a pidfd': { attempt: () => ['pidfd-kill', pid(), '0'] },
    'changes its priority': { attempt: () => ['setpriority', pid()] },
    'limits it': { attempt: () => ['prlimit', pid()] },
    'traces it': { attempt: () => ['ptrace', pid()] },
    'reads its memory': { attempt: () => ['vm-readv', pid()] },
    'writes its memory': { attempt: () => ['vm-writev', pid()] },
    'steals a descriptor': { attempt: () => ['pidfd-getfd', pid()] },
    'compares it': { attempt: () => ['kcmp', pid()] },
  } satisfies Record<string, Act>
}

/** What a command does to itself. */
export const ACTS_ON_ITSELF = {
  'limits itself': { attempt: () => ['prlimit', '0'] },
  'traces its own child': { attempt: () => ['ptrace-child'] },
} satisfies Record<string, Act>
