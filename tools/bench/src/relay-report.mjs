import { FIGURES } from './relay-figures.mjs'
import { quantile } from './report.mjs'

/**
 * A Markdown table of the medians, with the ratios to the first way, taken round by round. `measured` has for each mode of the load the
 * numbers of each round by way.
 */
export function relayTable(ways, measured, runs) {
  const rows = ways.map(({ name, absence }) => {
    if (absence !== undefined) return [name, absence, ...FIGURES.slice(1).map(() => '')]
    return [
      name,
      ...FIGURES.map((figure) => cell(summary(measured, figure, { name, baseline: ways[0].name }))),
    ]
  })
  const head = [`${runs} runs each, in turn (× direct)`, ...FIGURES.map(({ title }) => title)]
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** One line for each goal. */
export function goalLines(measured, { name, baseline }) {
  return FIGURES.filter(({ goal }) => goal !== undefined).map((figure) => {
    const found = summary(measured, figure, { name, baseline })
    return `${figure.isMet(found) ? 'met    ' : 'NOT met'} ${name}, ${figure.title}: ${cell(found)}; goal ${figure.goal}`
  })
}

function summary(measured, { mode, place }, { name, baseline }) {
  const numbersOf = (way) =>
    measured
      .get(mode)
      .get(way)
      .map((numbers) => numbers[place])
  const numbers = numbersOf(name)
  const direct = numbersOf(baseline)
  const ratios = numbers.map((number, round) => number / direct[round])
  return { median: quantile(numbers, 0.5), ratio: quantile(ratios, 0.5) }
}

function cell({ median, ratio }) {
  return `${median.toFixed(median < 1000 ? 1 : 0)} (${ratio.toFixed(2)})`
}
