/**
 * What is measured of each way: `mode` of the load, and which of the numbers that it prints. `isMet` is the goal for the relay, from its
 * median and its ratio to a direct connection.
 */
export const FIGURES = [
  {
    title: '16 KiB there and back, p50 µs',
    mode: 'exchange',
    place: 0,
    goal: '≤ 3 × direct',
    isMet: ({ ratio }) => ratio <= 3,
  },
  { title: 'p99 µs', mode: 'exchange', place: 1 },
  {
    title: 'connect + round trip, p50 µs',
    mode: 'connect',
    place: 0,
    goal: '≤ 2 × direct',
    isMet: ({ ratio }) => ratio <= 2,
  },
  { title: 'p99 µs', mode: 'connect', place: 1 },
  { title: 'one stream out, Gbit/s', mode: 'send', place: 0, ...streamGoal() },
  { title: 'one stream in, Gbit/s', mode: 'receive', place: 0, ...streamGoal() },
  { title: 'connections/s', mode: 'rate', place: 0 },
]

export const MODES = [...new Set(FIGURES.map(({ mode }) => mode))]
export const LATENCY_MODES = ['exchange', 'connect']

function streamGoal() {
  return {
    goal: '≥ 8 Gbit/s or ≥ 0.35 × direct',
    isMet: ({ median, ratio }) => median >= 8 || ratio >= 0.35,
  }
}
