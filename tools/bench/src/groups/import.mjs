import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { quantile, textTable } from '../report.mjs'
import { temporaryDirectory } from '../temporary-directory.mjs'
import { rotate } from '../timer.mjs'

/** The first is what the goal is about. */
const PACKAGES = [
  'linux-sandbox',
  ...['policy', 'config', 'mount-plan', 'native', 'host-probe', 'seccomp-filter', 'landlock', 'bwrap-args'],
  ...['egress-proxy', 'proxy-bridge', 'errors', 'arg0'],
]
const NODE_OF_GOAL = 20
const WARM_UPS = 3

/** What importing each package costs a Node process, over an empty script. */
export async function importGroup({ runs, figures, print }) {
  const directory = temporaryDirectory()
  const script = (name, text) => {
    const path = join(directory, name)
    writeFileSync(path, text)
    return { command: [process.execPath, path] }
  }
  const empty = 'empty script'
  const scenarios = [
    { name: empty, ...script('empty.mjs', '') },
    ...PACKAGES.map((name) => ({ name, ...script(`${name}.mjs`, `import '${entryOf(name, 'js')}'\n`) })),
    {
      name: 'linux-sandbox, by require',
      ...script('required.cjs', `require('${entryOf('linux-sandbox', 'cjs')}')\n`),
    },
  ]
  const { times } = await rotate(scenarios, { runs, warmUps: WARM_UPS })
  const overEmpty = (name) =>
    quantile(
      times.get(name).map((took, round) => took - times.get(empty)[round]),
      0.5,
    )
  print(
    `Imports, Node ${process.versions.node}:`,
    textTable(
      [`${runs} runs each, in turn`, 'median ms', 'ms over an empty script'],
      scenarios.map(({ name }) => [name, quantile(times.get(name), 0.5), overEmpty(name)]),
    ),
  )
  const isNodeOfGoal = Number(process.versions.node.split('.')[0]) === NODE_OF_GOAL
  figures.set('import', isNodeOfGoal ? overEmpty(PACKAGES[0]) : `this is Node ${process.versions.node}`)
}

/** By its path, so that a script elsewhere can import it. */
function entryOf(name, extension) {
  const root = createRequire(import.meta.url)
    .resolve('linux-sandbox')
    .replace(/packages\/.*$/, 'packages/')
  const path = join(root, name, 'dist', `index.${extension}`)
  return extension === 'cjs' ? path : pathToFileURL(path).href
}
