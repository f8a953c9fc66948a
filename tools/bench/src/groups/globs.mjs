import { globScenarios } from '../glob-scenarios.mjs'
import { interleave } from '../interleave.mjs'
import { table } from '../report.mjs'

const WARM_UPS = 3

/** The search for deny globs, in trees of different sizes. The largest takes minutes to make. */
export async function globsGroup({ runs: asked, isLarge, print }) {
  for (const { files, runsMax, scenarios: make } of globScenarios({ isLarge })) {
    const runs = Math.min(asked, runsMax)
    const scenarios = make()
    const times = await interleave(scenarios, { runs, warmUps: WARM_UPS })
    print(`Deny globs, ${files.toLocaleString('en')} files:`, table(scenarios, times, runs))
  }
}
