import { cpus, loadavg } from 'node:os'
import { interleave } from './interleave.mjs'
import { MODES } from './relay-figures.mjs'
import { goalLines, relayTable } from './relay-report.mjs'
import { relayWays } from './relay-ways.mjs'

const WARM_UPS = 1

/** Measures the ways from a sandbox to a server of the host against a direct connection, and prints what was found. */
export async function relayBench(runs) {
  const ways = await relayWays()
  const loadBefore = loadavg()[0]
  const measured = new Map()
  for (const mode of MODES) {
    const scenarios = ways
      .filter(({ modes }) => modes.includes(mode))
      .map(({ name, measure }) => ({ name, run: measure && (() => measure(mode)) }))
    measured.set(mode, await interleave(scenarios, { runs, warmUps: WARM_UPS, measure: (run) => run() }))
  }
  console.log(`${relayTable(ways, measured, runs)}\n`)
  for (const way of ways.filter(({ hasGoals }) => hasGoals)) console.log(goalLines(way, measured).join('\n'))
  const loads = [loadBefore, loadavg()[0]].map((load) => load.toFixed(1))
  console.log(`\n${cpus().length} processors; load average ${loads.join(' before, ')} after`)
}
