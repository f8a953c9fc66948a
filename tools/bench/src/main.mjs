// Usage: npm run bench [-- --runs N]
// Times /bin/true in each kind of sandbox against bare bwrap, and the search for deny globs against ripgrep where the host has it;
// in turn in one process. Prints medians and ratios.
import { parseArgs } from 'node:util'
import { globScenarios } from './glob-scenarios.mjs'
import { interleave } from './interleave.mjs'
import { table } from './report.mjs'
import { scenarios } from './scenarios.mjs'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '60' } } })
const runs = Number(values.runs)
if (!Number.isSafeInteger(runs) || runs < 1) throw new TypeError('--runs takes a whole number above 0')

console.log(table(await interleave(await scenarios(), { runs, warmUps: 5 }), runs))
console.log(`\n${table(await interleave(globScenarios(), { runs, warmUps: 5 }), runs)}`)
