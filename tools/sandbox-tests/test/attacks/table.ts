import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SandboxOptions } from 'linux-sandbox'
import { ROOT, TEST_USERS, type TestUser } from '../../support/index.ts'
import { attemptInside, attemptOutside, type Attempt } from './attempts.ts'
import { makeScene, profileOf, type Scene } from './scene.ts'

/** One thing that a hostile command tries. */
export interface Attack {
  /** What it does, as the end of a sentence. */
  readonly act: string
  readonly attempt: (scene: Scene) => Attempt
  /** What it gets in the sandbox. */
  readonly gets: string
  /** Default: the same attempt works without a sandbox. */
  readonly twin?: Twin
  /** Left out for others. */
  readonly only?: TestUser['name']
}

/** What is the same about an attack, whatever confines it. */
export type Act = Pick<Attack, 'attempt' | 'twin'>

/** The attacks whose acts `gets` names, each with what it gets. */
export function attacksOf<Name extends string, Named extends Name>(
  acts: Readonly<Record<Name, Act>>,
  gets: Readonly<Record<Named, string>>,
): readonly Attack[] {
  return Object.entries<string>(gets).map(([act, result]) => ({ act, ...acts[act as Named], gets: result }))
}

/** What shows that the attempt is one that can work. */
export interface Twin {
  /** Default: the same attempt. */
  readonly attempt?: (scene: Scene) => Attempt
  /** `inside`: in the same sandbox, where its policy allows it. Default `outside`. */
  readonly where?: 'inside' | 'outside'
  /** Default `ok`. */
  readonly gets?: string
  /** Who makes it, when ordinary users may not: left out where this process cannot be root. */
  readonly by?: 'root'
}

export interface TableOptions {
  readonly network?: 'restricted' | 'enabled'
  readonly sandbox?: Omit<SandboxOptions, 'profile'>
  /** Default: `profileOf`. */
  readonly profile?: (scene: Scene) => SandboxOptions['profile']
  /** Changes a scene before anything happens in it. */
  readonly prepare?: (scene: Scene) => void
}

interface Results {
  readonly gets: string
  /** Nothing when nobody here can make the twin. */
  readonly twin: string | undefined
}

/** What the kernel says of something that it was built without: the twin then shows only that the sandbox answered first. */
const MISSING_IN_KERNEL = ['ENOSYS', 'EAFNOSUPPORT', 'EPROTONOSUPPORT', 'EOPNOTSUPP', 'ESOCKTNOSUPPORT']

/**
 * A test for each attack, as `user`. All of them are made in one sandbox; a twin outside has a scene of its own, which it may
 * ruin.
 */
export function defineAttacks(user: TestUser, all: readonly Attack[], options: TableOptions = {}): void {
  const attacks = all.filter(({ only = user.name }) => only === user.name)
  const scenes: Scene[] = []
  let results: ReadonlyMap<Attack, Results> = new Map()

  function newScene(): Scene {
    const scene = makeScene(user)
    scenes.push(scene)
    options.prepare?.(scene)
    return scene
  }

  describe('a command that', () => {
    beforeAll(async () => {
      const inside = await runInside(user, attacks, { scene: newScene(), options })
      const outside = await runOutside(user, attacks, newScene)
      results = new Map(
        attacks.map((attack) => [
          attack,
          { gets: inside.gets.get(attack)!, twin: inside.twins.get(attack) ?? outside.get(attack) },
        ]),
      )
    })
    afterAll(() => scenes.forEach((scene) => scene.remove()))

    test.each(attacks)('$act gets $gets, and its twin shows that it can work', (attack) => {
      const { gets, twin } = results.get(attack)!
      expect(gets).toBe(attack.gets)
      if (twin === undefined) return
      if (MISSING_IN_KERNEL.includes(twin)) expect(twin, 'the twin').not.toBe(gets)
      else expect(twin, 'the twin').toBe(attack.twin?.gets ?? 'ok')
    })
  })
}

/** The attacks of one sandbox, and the twins that belong into it. */
async function runInside(
  user: TestUser,
  attacks: readonly Attack[],
  { scene, options }: { readonly scene: Scene; readonly options: TableOptions },
): Promise<{ readonly gets: ReadonlyMap<Attack, string>; readonly twins: ReadonlyMap<Attack, string> }> {
  const withTwin = attacks.filter(({ twin }) => twin?.where === 'inside')
  const attempts = [
    ...attacks.map(({ attempt }) => attempt(scene)),
    ...withTwin.map((attack) => twinOf(attack)(scene)),
  ]
  const profile = options.profile?.(scene) ?? profileOf(scene, options.network)
  const sandbox = { ...options.sandbox, profile }
  const results = await attemptInside(user, attempts, { sandbox, cwd: scene.workspace })
  return {
    gets: new Map(attacks.map((attack, i) => [attack, results[i]!])),
    twins: new Map(withTwin.map((attack, i) => [attack, results[attacks.length + i]!])),
  }
}

async function runOutside(
  user: TestUser,
  attacks: readonly Attack[],
  newScene: () => Scene,
): Promise<ReadonlyMap<Attack, string>> {
  const outside = attacks.filter(({ twin }) => twin?.where !== 'inside')
  const byUser = outside.filter(({ twin }) => twin?.by !== 'root')
  const byRoot = TEST_USERS.includes(ROOT) ? outside.filter(({ twin }) => twin?.by === 'root') : []
  const run = async (who: TestUser, group: readonly Attack[]): Promise<[Attack, string][]> => {
    if (group.length === 0) return []
    const results = await attemptOutside(
      who,
      group.map((attack) => twinOf(attack)(newScene())),
    )
    return group.map((attack, i) => [attack, results[i]!])
  }
  return new Map([...(await run(user, byUser)), ...(await run(ROOT, byRoot))])
}

function twinOf({ attempt, twin }: Attack): (scene: Scene) => Attempt {
  return twin?.attempt ?? attempt
}
