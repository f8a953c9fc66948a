import { expect, test } from 'vitest'
import { ALL_FEATURES } from '../src/features.mjs'
import { freshSeed } from '../src/random.mjs'
import { runFuzz } from '../src/run-fuzz.mjs'
import { possibleUsers } from '../src/users.mjs'
import { describeOnStage } from './host.ts'

const POLICIES = 300
const seed = Number(process.env['POLICY_FUZZ_SEED'] ?? freshSeed())

/** Enough for every act to fail where something is wrong. */
const FEW = { policies: 120, seed: 1, features: ALL_FEATURES, failuresMax: 2 }

describeOnStage('random policies', ['linux', 'bwrap', 'userNamespaces', 'nativeLaunch', 'cc'], (stage) => {
  test.each(possibleUsers())(
    'the kernel lets a command of $name do exactly what accessOf says, and the same under bwrap and native',
    async ({ name, identity }) => {
      const tally = await runFuzz({
        ...{ policies: POLICIES, features: ALL_FEATURES, stage: stage(), user: identity },
        backend: 'both',
        seed,
      })
      console.log(`started by ${name}: ${tally.summary()}`)
      expect(tally.describeFailures()).toEqual([])
      expect(tally.overRefused()).toEqual([])
      expect(tally.policies).toBe(POLICIES)
    },
  )

  test.each([
    { tampering: 'deny-becomes-read', why: 'what is denied can be read', acts: ['read', 'list', 'see'] },
    {
      tampering: 'read-becomes-write',
      why: 'what is to be read can be written',
      acts: ['write', 'truncate', 'chmod', 'create', 'mkdir', 'rename', 'replace', 'remove'],
    },
    { tampering: 'write-becomes-read', why: 'a grant is lost', acts: ['write', 'create', 'rename'] },
    {
      tampering: 'missing-is-skipped',
      why: 'what is missing is not protected',
      acts: ['names', 'create', 'mkdir'],
    },
  ] as const)('finds and shrinks a sandbox in which $why', async ({ tampering, acts }) => {
    const tally = await runFuzz({ ...FEW, stage: stage(), tampering })
    expect(tally.failures.flatMap((failure) => failure.acts)).toEqual(expect.arrayContaining([...acts]))
    for (const { case: one, mismatches } of tally.failures) {
      expect(mismatches.length).toBeGreaterThan(0)
      expect(one.entries.length, JSON.stringify(one)).toBeLessThanOrEqual(3)
    }
  })

  test('a failing case fails again when it is replayed', async () => {
    const options = {
      policies: 60,
      seed: 1,
      features: ALL_FEATURES,
      stage: stage(),
      tampering: 'deny-becomes-read',
    } as const
    const [failure] = (await runFuzz(options)).failures
    const again = await runFuzz({ ...options, policies: 1, replay: failure!.case })
    const acts = (one: typeof failure) => one?.mismatches.map(({ act }) => act)
    expect(again.failures.map(acts)).toEqual([acts(failure)])
  })
})
