/**
 * Runs every scenario once, then every one again, `runs` times: what slows the machine down for a while slows them all.
 * Gives what `measure` found in each run by scenario, in the order of the runs; nothing for a scenario that cannot run here.
 */
export async function interleave(scenarios, { runs, warmUps, measure = elapsedMs }) {
  const available = scenarios.filter(({ run }) => run !== undefined)
  const found = new Map(available.map(({ name }) => [name, []]))
  for (let round = -warmUps; round < runs; round++) {
    for (const { name, run } of available) {
      const value = await measure(run)
      if (round >= 0) found.get(name).push(value)
    }
  }
  return found
}

async function elapsedMs(run) {
  const startedAt = performance.now()
  await run()
  return performance.now() - startedAt
}
