/**
 * Runs every scenario once, then every one again, `runs` times: what slows the machine down for a while slows them all.
 * Gives the milliseconds of each run by scenario, in the order of the runs; nothing for a scenario that cannot run here.
 */
export async function interleave(scenarios, { runs, warmUps }) {
  const available = scenarios.filter(({ run }) => run !== undefined)
  const times = new Map(available.map(({ name }) => [name, []]))
  for (let round = -warmUps; round < runs; round++) {
    for (const { name, run } of available) {
      const startedAt = performance.now()
      await run()
      const tookMs = performance.now() - startedAt
      if (round >= 0) times.get(name).push(tookMs)
    }
  }
  return times
}
