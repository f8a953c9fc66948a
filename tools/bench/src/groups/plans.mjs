import { interleave } from '../interleave.mjs'
import { planScenarios } from '../plan-scenarios.mjs'
import { table } from '../report.mjs'

const WARM_UPS = 20

/** Planning the mounts, in process. */
export async function plansGroup({ runs, print }) {
  const scenarios = planScenarios()
  print('Planning:', table(scenarios, await interleave(scenarios, { runs, warmUps: WARM_UPS }), runs))
}
