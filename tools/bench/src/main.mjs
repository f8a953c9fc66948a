import { cpus, loadavg, release } from 'node:os'
import { parseArgs } from 'node:util'
import { Figures } from './figures.mjs'
import { goalsTable } from './goals.mjs'
import { brokerGroup } from './groups/broker.mjs'
import { globsGroup } from './groups/globs.mjs'
import { importGroup } from './groups/import.mjs'
import { masksGroup } from './groups/masks.mjs'
import { memoryGroup } from './groups/memory.mjs'
import { mountsGroup } from './groups/mounts.mjs'
import { parallelGroup } from './groups/parallel.mjs'
import { plansGroup } from './groups/plans.mjs'
import { sandboxGroup } from './groups/sandbox.mjs'
import { sizeGroup } from './groups/size.mjs'
import { relayBench } from './relay-bench.mjs'

/** `runs` is how often everything is measured if nothing else is asked for. Slow ones take minutes, and are only run when they are named. */
const GROUPS = {
  sandbox: {
    about: 'first run, warm runs, helper, multitool, against bare bwrap',
    measure: sandboxGroup,
    runs: 60,
  },
  size: { about: 'files and memory of each part', measure: sizeGroup, runs: 10 },
  import: { about: 'import time of each package', measure: importGroup, runs: 50 },
  plans: { about: 'planning the mounts of a policy, in process', measure: plansGroup, runs: 60 },
  globs: { about: 'deny globs in trees of 1000 to 100,000 files', measure: globsGroup, runs: 60 },
  memory: { about: 'callers of 50 MB, 500 MB and 2 GB', measure: memoryGroup, runs: 50 },
  broker: {
    about: 'callers of three sizes, by the broker and by Node',
    measure: brokerGroup,
    runs: 60,
    isSlow: true,
  },
  parallel: { about: '1 to 16 sandboxes at a time', measure: parallelGroup, runs: 5, isSlow: true },
  masks: { about: '1 to 10,000 denied and read-only files', measure: masksGroup, runs: 50, isSlow: true },
  mounts: { about: 'hosts with 30 and 300 mounts', measure: mountsGroup, runs: 30, isSlow: true },
  relay: { about: 'connections to a proxy', measure: ({ runs }) => relayBench(runs), runs: 15, isSlow: true },
}

const HELP = `usage: npm run bench -- [GROUP]... [--runs N] [--large]

Measures what sandboxes cost, and says which goals are met. Prints Markdown. What is compared runs in turn; ratios are taken round by round.

groups, by default those without a star:
${Object.entries(GROUPS)
  .map(([name, { about, isSlow = false }]) => `  ${name.padEnd(9)}${isSlow ? '*' : ' '} ${about}`)
  .join('\n')}

  --runs N   measure everything N times, or fewer times what takes long
  --large    globs: also a tree of a million files

environment: BENCH_PEER_NAME is the command line of another program, which is measured as "name" around /bin/true; in it @root is the workspace and
@profile its profile in JSON.

examples:
  npm run bench
  npm run bench -- sandbox import --runs 100
  npm run bench -- globs --large
  BENCH_PEER_OTHER='/opt/other --dir @root --' npm run bench -- sandbox parallel
`

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string' }, large: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
})
if (values.help === true) process.stdout.write(HELP)
else await measureGroups(positionals.length > 0 ? positionals : quickGroups())

function quickGroups() {
  return Object.keys(GROUPS).filter((name) => GROUPS[name].isSlow !== true)
}

async function measureGroups(names) {
  const unknown = names.find((name) => !Object.hasOwn(GROUPS, name))
  if (unknown !== undefined) throw new TypeError(`no group is called ${unknown}; see npm run bench -- --help`)
  const asked = values.runs === undefined ? undefined : Number(values.runs)
  if (asked !== undefined && (!Number.isSafeInteger(asked) || asked < 1)) {
    throw new TypeError('--runs takes a whole number above 0')
  }
  const figures = new Figures()
  const loadBefore = loadavg()[0]
  for (const name of names) {
    print(`## ${name}`)
    const { measure, runs } = GROUPS[name]
    await measure({ runs: asked ?? runs, isLarge: values.large === true, figures, print })
  }
  const goals = goalsTable(figures, names)
  if (goals !== undefined) print('## goals', goals)
  const loads = [loadBefore, loadavg()[0]].map((load) => load.toFixed(1)).join(' before, ')
  print(
    `${cpus().length} processors, Linux ${release()}, Node ${process.versions.node}; load average ${loads} after`,
  )
}

function print(...paragraphs) {
  console.log(`${paragraphs.join('\n\n')}\n`)
}
