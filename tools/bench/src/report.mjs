/** A Markdown table of the medians, and of the ratios to the first scenario, taken round by round. */
export function table(times, runs) {
  const [[baselineName, baseline]] = times
  const rows = [...times].map(([name, taken]) => {
    const ratio = quantile(
      taken.map((tookMs, round) => tookMs / baseline[round]),
      0.5,
    )
    return [name, quantile(taken, 0.5), quantile(taken, 0.99), ratio].map(format).join(' | ')
  })
  return [
    `| ${runs} runs each, in turn | median ms | p99 ms | × ${baselineName} |`,
    '| --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n')
}

function format(value) {
  return typeof value === 'number' ? value.toFixed(2) : value
}

function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
