// Usage: npm run bench [-- [relay] [--runs N]]
// Times /bin/true in each kind of sandbox against bare bwrap, planning against planning one entry, and the search for deny globs
// against ripgrep where the host has it. `relay`: what a connection to a proxy costs, against a direct one.
// What is compared runs in turn in one process. Prints medians and ratios.
import { parseArgs } from 'node:util'
import { globScenarios } from './glob-scenarios.mjs'
import { interleave } from './interleave.mjs'
import { planScenarios } from './plan-scenarios.mjs'
import { relayBench } from './relay-bench.mjs'
import { table } from './report.mjs'
import { sandboxScenarios } from './sandbox-scenarios.mjs'

/** Enough for the engine to have compiled what is called often. */
const WARM_UPS = 20

const { values, positionals } = parseArgs({ options: { runs: { type: 'string' } }, allowPositionals: true })
const isRelay = positionals[0] === 'relay'
const surplus = positionals.slice(isRelay ? 1 : 0)
if (surplus.length > 0) throw new TypeError(`nothing is called ${surplus[0]}; there is relay`)
const runs = Number(values.runs ?? (isRelay ? 15 : 60))
if (!Number.isSafeInteger(runs) || runs < 1) throw new TypeError('--runs takes a whole number above 0')

if (isRelay) await relayBench(runs)
else await timeGroups()

async function timeGroups() {
  for (const scenarios of [await sandboxScenarios(), planScenarios(), ...globScenarios()]) {
    console.log(`${table(scenarios, await interleave(scenarios, { runs, warmUps: WARM_UPS }), runs)}\n`)
  }
}
