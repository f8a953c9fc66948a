import { FIGURES } from './relay-figures.mjs'
import { quantile } from './report.mjs'

/**
 * A Markdown table of the medians, with the ratios to the baseline of each way, taken round by round. `measured` has for each mode of the load
 * the numbers of each round by way.
 */
export function relayTable(ways, measured, runs) {
  const rows = ways.map((way) => {
    if (way.absence !== undefined) return [way.name, way.absence, ...FIGURES.slice(1).map(() => '')]
    return [
      way.name,
      ...FIGURES.map((figure) =>
        way.modes.includes(figure.mode) ? cell(summary(measured, figure, way)) : '',
      ),
    ]
  })
  const head = [`${runs} runs each, in turn (× direct)`, ...FIGURES.map(({ title }) => title)]
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** One line for each goal. */
export function goalLines(way, measured) {
  return FIGURES.filter(({ goal, mode }) => goal !== undefined && way.modes.includes(mode)).map((figure) => {
    const found = summary(measured, figure, way)
    return `${figure.isMet(found) ? 'met    ' : 'NOT met'} ${way.name}, ${figure.title}: ${cell(found)}; goal ${figure.goal}`
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
