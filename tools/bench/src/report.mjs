/**
 * A Markdown table of the medians, and of the ratios to the first scenario that was run, taken round by round. A scenario that could not
 * run has a row that says why.
 */
export function table(scenarios, times, runs) {
  const [[baselineName, baseline]] = times
  const rows = scenarios.map(({ name, absence }) => {
    const taken = times.get(name)
    if (taken === undefined) return [name, absence, '', '']
    const ratios = taken.map((tookMs, round) => tookMs / baseline[round])
    return [name, quantile(taken, 0.5), quantile(taken, 0.99), quantile(ratios, 0.5)].map(format)
  })
  return [
    `| ${runs} runs each, in turn | median ms | p99 ms | × ${baselineName} |`,
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n')
}

function format(value) {
  return typeof value === 'number' ? value.toFixed(2) : value
}

export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
