import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entryAt, restrictedTo } from '../plan-scenario.mjs'
import { interleave } from '../interleave.mjs'
import { BACKENDS, sandboxWith } from '../programs.mjs'
import { table } from '../report.mjs'
import { temporaryDirectory } from '../temporary-directory.mjs'

const COUNTS = [1, 100, 1000, 10_000]
const FILES_IN_DIRECTORY = 100
const WARM_UPS = 2
const ACCESSES = [
  ['deny', 'files denied'],
  ['read', 'files read-only'],
]
/** bubblewrap takes seconds for a thousand mounts. */
const RUNS_MAX = { bwrap: 10, native: 50 }

/** What each thing that is mounted costs: denied files, and files that may only be read in a directory that may be written. */
export async function masksGroup({ runs: asked, figures, print }) {
  const trees = new Map(COUNTS.map((count) => [count, makeFiles(count)]))
  for (const backend of BACKENDS) {
    const runs = Math.min(asked, RUNS_MAX[backend])
    for (const [access, what] of ACCESSES) {
      const scenarios = await Promise.all(
        COUNTS.map(async (count) => {
          const profile = profileOf(trees.get(count), access)
          const { sandbox, absence } = await sandboxWith(backend, { profile })
          return { name: `${what}: ${count}`, absence, run: sandbox && (() => sandbox.run('/bin/true')) }
        }),
      )
      const times = await interleave(scenarios, { runs, warmUps: WARM_UPS })
      print(`Backend ${backend}:`, table(scenarios, times, runs))
      if (backend === 'native' && access === 'deny') setFigures(figures, { scenarios, times })
    }
  }
}

function setFigures(figures, { scenarios, times }) {
  const to = 'files denied: 1'
  figures.setRatio('masks-1000', { scenarios, times, of: 'files denied: 1000', to })
  const { absence } = scenarios.at(-1)
  figures.set('masks-10000', absence ?? times.get('files denied: 10000').length)
}

function makeFiles(count) {
  const root = temporaryDirectory()
  return Array.from({ length: count }, (_, index) => {
    const directory = join(root, `d${Math.floor(index / FILES_IN_DIRECTORY)}`)
    if (index % FILES_IN_DIRECTORY === 0) mkdirSync(directory)
    const file = join(directory, `file-${index}`)
    writeFileSync(file, '')
    return file
  })
}

function profileOf(files, access) {
  const entries = files.map((file) => entryAt(file, access))
  return restrictedTo([entryAt('/', 'read'), entryAt(join(files[0], '../..'), 'write'), ...entries])
}
