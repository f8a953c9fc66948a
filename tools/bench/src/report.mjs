/**
 * A Markdown table of the medians, and of the ratios to the first scenario that was run, taken round by round. A scenario that could not
 * run has a row that says why.
 */
export function table(scenarios, times, runs) {
  const [[baselineName, baseline] = ['', []]] = times
  const rows = scenarios.map(({ name, absence }) => {
    const taken = times.get(name)
    if (taken === undefined) return [name, absence, '', '']
    return [name, quantile(taken, 0.5), quantile(taken, 0.99), medianRatio(taken, baseline)]
  })
  return textTable([`${runs} runs each, in turn`, 'median ms', 'p99 ms', `× ${baselineName}`], rows)
}

/** Rows of words and numbers under `head`, in Markdown. */
export function textTable(head, rows) {
  return [head, head.map(() => '---'), ...rows.map((row) => row.map(format))]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}

function format(value) {
  return typeof value === 'number' ? value.toFixed(2) : value
}

/** The median of the ratios round by round. */
export function medianRatio(values, baseline) {
  return quantile(
    values.map((value, round) => value / baseline[round]),
    0.5,
  )
}

export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
