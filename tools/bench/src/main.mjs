// Usage: npm run bench [-- --runs N]
// Times /bin/true in each kind of sandbox against bare bwrap, planning against planning one entry, and the search for deny globs
// against ripgrep where the host has it. What is compared runs in turn in one process. Prints medians and ratios.
import { parseArgs } from 'node:util'
import { globScenarios } from './glob-scenarios.mjs'
import { interleave } from './interleave.mjs'
import { planScenarios } from './plan-scenarios.mjs'
import { table } from './report.mjs'
import { sandboxScenarios } from './sandbox-scenarios.mjs'

/** Enough for the engine to have compiled what is called often. */
const WARM_UPS = 20

const { values } = parseArgs({ options: { runs: { type: 'string', default: '60' } } })
const runs = Number(values.runs)
if (!Number.isSafeInteger(runs) || runs < 1) throw new TypeError('--runs takes a whole number above 0')

for (const scenarios of [await sandboxScenarios(), planScenarios(), ...globScenarios()]) {
  console.log(`${table(scenarios, await interleave(scenarios, { runs, warmUps: WARM_UPS }), runs)}\n`)
}
