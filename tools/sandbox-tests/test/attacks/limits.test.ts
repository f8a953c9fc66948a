import { join } from 'node:path'
import type { ResourceLimits } from 'linux-sandbox'
import { describe, expect, test } from 'vitest'
import { describeForUsers, hasFeature, ROOT, runScenario } from '../../support/index.ts'
import { attemptInside, type Attempt } from './attempts.ts'
import { newScene, profileOf, type Scene } from './scene.ts'

interface Row {
  readonly limits: ResourceLimits
  /** Within the limit. */
  readonly some: (scene: Scene) => Attempt
  readonly tooMuch: (scene: Scene) => Attempt
  readonly gets: string
}

const GIBIBYTE = 1 << 30

const ROWS: readonly Row[] = [
  {
    limits: { memoryBytes: GIBIBYTE },
    some: () => ['allocate', String(GIBIBYTE / 4)],
    tooMuch: () => ['allocate', String(GIBIBYTE * 3)],
    gets: 'ENOMEM',
  },
  {
    limits: { fileSizeBytes: 1_000_000 },
    some: ({ room }) => ['write-size', join(room, 'file'), '1000000'],
    tooMuch: ({ room }) => ['write-size', join(room, 'file'), '1000001'],
    gets: 'EFBIG',
  },
  {
    limits: { openFiles: 100 },
    some: () => ['open-many', '90'],
    tooMuch: () => ['open-many', '150'],
    gets: 'EMFILE',
  },
  {
    limits: { cpuSeconds: 1 },
    some: () => ['burn', '100'],
    tooMuch: () => ['burn', '1800'],
    gets: 'SIGKILL',
  },
]

const PROCESSES: Row = {
  limits: { processes: 100 },
  some: () => ['fork-many', '50'],
  tooMuch: () => ['fork-many', '200'],
  gets: 'EAGAIN',
}

describeForUsers('a limit', ['cc'], (user) => {
  const rows = user.name === 'root' ? ROWS : [...ROWS, PROCESSES]

  test.each(rows)(
    'of $limits holds, and without it there is none',
    async ({ limits, some, tooMuch, gets }) => {
      const scene = newScene(user)
      const attempts = [some(scene), tooMuch(scene)]
      const profile = profileOf(scene)
      expect(await attemptInside(user, attempts, { sandbox: { profile, limits }, cwd: '/' })).toEqual([
        'ok',
        gets,
      ])
      expect(await attemptInside(user, attempts, { sandbox: { profile }, cwd: '/' })).toEqual(['ok', 'ok'])
    },
  )

  test('can be set by the command for itself, and lowered only', async () => {
    const scene = newScene(user)
    const sandbox = { profile: profileOf(scene), limits: { openFiles: 100 } }
    const script = 'ulimit -n 50 && ulimit -n && ulimit -H -n 200 || echo refused'
    const { result } = await runScenario(user, { sandbox, command: ['sh', '-c', script] })
    expect(result?.stdout).toBe('50\nrefused\n')
  })
})

describe.runIf(hasFeature('root'))('a limit as root', () => {
  test('on processes is refused, because the kernel exempts root', async () => {
    const scene = newScene(ROOT)
    const sandbox = { profile: profileOf(scene), limits: { processes: 100 } }
    const { error } = await runScenario(ROOT, { sandbox, command: ['true'] })
    expect(error).toMatchObject({
      name: 'PolicyUnsupportedError',
      code: 'POLICY_UNSUPPORTED',
      hint: 'run as an ordinary user',
    })
  })
})
