import { textTable } from './report.mjs'

/** What the design is for. `group` measures `figure`, which must be at most (or `atLeast`) the limit. */
const GOALS = [
  { what: 'static helper, bwrap: × bare bwrap', figure: 'helper-bwrap', atMost: 1.15, group: 'sandbox' },
  { what: 'static helper, native: × bare bwrap', figure: 'helper-native', atMost: 0.6, group: 'sandbox' },
  { what: 'library run, warm, bwrap: × bare bwrap', figure: 'run-bwrap', atMost: 1.2, group: 'sandbox' },
  { what: 'library run, warm, native: × bare bwrap', figure: 'run-native', atMost: 0.75, group: 'sandbox' },
  {
    what: 'library run, caller of 500 MB, bwrap: × caller of 50 MB',
    figure: 'caller-bwrap',
    atMost: 1.5,
    group: 'memory',
  },
  {
    what: 'library run, caller of 500 MB, native: × caller of 50 MB',
    figure: 'caller-native',
    atMost: 1.5,
    group: 'memory',
  },
  { what: '1000 denied files, native: × one denied file', figure: 'masks-1000', atMost: 4, group: 'masks' },
  {
    what: '10,000 denied files, native: commands that ran',
    figure: 'masks-10000',
    atLeast: 1,
    group: 'masks',
  },
  {
    what: '4 at a time, native: × sandboxes per second of bare bwrap',
    figure: 'parallel-4',
    atLeast: 2,
    group: 'parallel',
  },
  { what: 'static helper: size in MB', figure: 'helper-size', atMost: 3, group: 'size' },
  { what: 'static helper: peak memory in MB', figure: 'helper-memory', atMost: 6, group: 'size' },
  {
    what: "import 'linux-sandbox' on Node 20: ms over an empty script",
    figure: 'import',
    atMost: 15,
    group: 'import',
  },
]

/** Which goals are met, for those of the groups that were run. */
export function goalsTable(figures, groups) {
  const goals = GOALS.filter(({ group }) => groups.includes(group))
  if (goals.length === 0) return undefined
  return textTable(
    ['goal', 'limit', 'measured', ''],
    goals.map((goal) => [goal.what, limitOf(goal), ...verdict(goal, figures.get(goal.figure))]),
  )
}

function limitOf({ atMost, atLeast }) {
  return atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`
}

function verdict({ atMost = Infinity, atLeast = -Infinity }, figure) {
  if (typeof figure !== 'number') return [figure ?? 'not measured', '**unknown**']
  return [figure, figure <= atMost && figure >= atLeast ? 'met' : '**not met**']
}
