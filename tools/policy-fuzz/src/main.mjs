// Usage: npm run fuzz [-- [--policies N] [--seed N] [--features LIST] [--backend bwrap|native|both|landlock] [--user root|ordinary|both] [--case FILE]]
// Tries random policies against the kernel and prints what did not come out as the policy says. 1 when something did not.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parseBackend } from './backends.mjs'
import { parseFeatures } from './features.mjs'
import { freshSeed } from './random.mjs'
import { runFuzz } from './run-fuzz.mjs'
import { makeStage } from './stage.mjs'
import { usersNamed } from './users.mjs'

const { values } = parseArgs({
  options: {
    policies: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(freshSeed()) },
    features: { type: 'string', default: 'all' },
    backend: { type: 'string', default: 'both' },
    user: { type: 'string', default: 'both' },
    case: { type: 'string' },
  },
})

const replay = values.case === undefined ? undefined : JSON.parse(readFileSync(values.case, 'utf8'))
const policies = replay === undefined ? wholeNumber('policies') : 1
const seed = wholeNumber('seed')
const features = parseFeatures(values.features)
const backend = parseBackend(values.backend)
const users = usersNamed(values.user)
const stage = makeStage()
process.once('exit', stage.remove)
process.once('SIGINT', () => process.exit(130))

for (const { name, identity } of users) {
  const share = replay === undefined ? Math.ceil(policies / users.length) : 1
  const startedAt = performance.now()
  const tally = await runFuzz({
    ...{ policies: share, seed, features, backend, stage, user: identity, onProgress: showProgress },
    ...(replay === undefined ? {} : { replay }),
  })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`${name}: ${tally.summary()} in ${seconds} s`)
  for (const [reason, count] of tally.refusals) console.log(`  refused ${count}: ${reason}`)
  for (const [feature, { cases, refused }] of tally.byFeature)
    console.log(`  ${feature}: ${cases}, ${refused} refused`)
  const problems = [...tally.describeFailures(), ...tally.overRefused()]
  for (const problem of problems) console.log(problem)
  if (problems.length > 0) process.exitCode = 1
}

/** @param {'policies' | 'seed'} name */
function wholeNumber(name) {
  const value = Number(values[name])
  if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`--${name} takes a whole number`)
  return value
}

/** @param {import('./tally.mjs').Tally} tally */
function showProgress(tally) {
  if (tally.policies % 1000 === 0) console.error(`… ${tally.summary()}`)
}
