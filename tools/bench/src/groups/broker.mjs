import { interleave } from '../interleave.mjs'
import { memoryScenarios } from '../memory-scenarios.mjs'
import { table } from '../report.mjs'

const RUNS_MAX = 60
const WARM_UPS = 5

/** What the broker saves callers of different sizes, and for how long each keeps its caller from everything else. Takes 6 GB of memory. */
export async function brokerGroup({ runs: asked, print }) {
  const runs = Math.min(asked, RUNS_MAX)
  const { scenarios, close } = await memoryScenarios()
  try {
    const found = await interleave(scenarios, { runs, warmUps: WARM_UPS, measure: (run) => run() })
    const timesOf = (figure) =>
      new Map([...found].map(([name, measured]) => [name, measured.map((one) => one[figure])]))
    print('until the end of the command', table(scenarios, timesOf('elapsedMs'), runs))
    print(
      'until spawn returns, while nothing else of the caller happens',
      table(scenarios, timesOf('blockedMs'), runs),
    )
  } finally {
    close()
  }
}
