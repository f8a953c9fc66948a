import { expect, test } from 'vitest'
import { featuresOf } from '../src/features.mjs'
import { LANDLOCK_FEATURES, randomLandlockCase } from '../src/generate-landlock.mjs'
import { freshSeed } from '../src/random.mjs'
import { runFuzz } from '../src/run-fuzz.mjs'
import { possibleUsers } from '../src/users.mjs'
import { describeOnStage } from './host.ts'

const POLICIES = 200
const seed = Number(process.env['POLICY_FUZZ_SEED'] ?? freshSeed())

test('200 cases for Landlock have every feature that it can express, and mostly no other', () => {
  const cases = Array.from({ length: POLICIES }, (_, index) =>
    randomLandlockCase({ seed: 3, index, features: [...LANDLOCK_FEATURES, 'globs', 'restricted'] }),
  )
  expect(new Set(cases.flatMap(featuresOf))).toEqual(new Set(LANDLOCK_FEATURES))
  const denying = cases.filter(({ entries }) => entries.some(({ access }) => access === 'deny'))
  expect(denying.length).toBeLessThan(POLICIES / 5)
  expect(denying.length).toBeGreaterThan(0)
})

describeOnStage('random policies under Landlock', ['linux', 'landlock', 'cc'], (stage) => {
  test.each(possibleUsers())(
    'the kernel lets a command of $name do exactly what accessOf says, but for what the notes say',
    async ({ name, identity }) => {
      const options = {
        policies: POLICIES,
        seed,
        features: LANDLOCK_FEATURES,
        backend: 'landlock',
      } as const
      const tally = await runFuzz({ ...options, stage: stage(), user: identity })
      console.log(`started by ${name}: ${tally.summary()}`)
      expect(tally.describeFailures()).toEqual([])
      expect(tally.overRefused()).toEqual([])
      expect(tally.policies).toBe(POLICIES)
    },
  )

  test.each([
    {
      tampering: 'read-becomes-write',
      why: 'what is to be read can be written',
      acts: ['write', 'create', 'rename', 'remove'],
    },
    { tampering: 'write-becomes-read', why: 'a grant is lost', acts: ['write', 'create', 'rename'] },
  ] as const)('finds a sandbox in which $why', async ({ tampering, acts }) => {
    const options = { policies: 120, seed: 1, features: LANDLOCK_FEATURES, backend: 'landlock' } as const
    const tally = await runFuzz({ ...options, stage: stage(), tampering, failuresMax: 2 })
    expect(tally.failures.flatMap((failure) => failure.acts)).toEqual(expect.arrayContaining([...acts]))
  })
})
