import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entryAt, restrictedTo } from '../plan-scenario.mjs'
import { interleave } from '../interleave.mjs'
import { BACKENDS, sandboxWith } from '../programs.mjs'
import { table } from '../report.mjs'
import { temporaryDirectory } from '../temporary-directory.mjs'

const COUNTS = [1, 100, 1000, 10_000]
const FILES_MAX = Math.max(...COUNTS)
const FILES_IN_DIRECTORY = 100
const WARM_UPS = 2
/** bubblewrap takes seconds for a thousand mounts. */
const RUNS_MAX = { bwrap: 10, native: 50 }

/** What each thing that is mounted costs: denied files, and files that may only be read in a directory that may be written. */
export async function masksGroup({ runs: asked, figures, print }) {
  const files = makeFiles()
  for (const backend of BACKENDS) {
    const runs = Math.min(asked, RUNS_MAX[backend])
    for (const access of ['deny', 'read']) {
      const what = access === 'deny' ? 'denied files' : 'read-only files'
      const scenarios = await Promise.all(
        COUNTS.map(async (count) => {
          const { sandbox, absence } = await sandboxWith(backend, {
            profile: profileOf(files, { access, count }),
          })
          return { name: `${count} ${what}`, absence, run: sandbox && (() => sandbox.run('/bin/true')) }
        }),
      )
      const times = await interleave(scenarios, { runs, warmUps: WARM_UPS })
      print(`${backend}, ${what}:`, table(scenarios, times, runs))
      if (backend === 'native' && access === 'deny') setFigures(figures, { scenarios, times })
    }
  }
}

function setFigures(figures, { scenarios, times }) {
  const to = '1 denied files'
  figures.setRatio('masks-1000', { scenarios, times, of: '1000 denied files', to })
  const { absence } = scenarios.at(-1)
  figures.set('masks-10000', absence ?? times.get('10000 denied files').length)
}

function makeFiles() {
  const root = temporaryDirectory()
  return Array.from({ length: FILES_MAX }, (_, index) => {
    const directory = join(root, `d${Math.floor(index / FILES_IN_DIRECTORY)}`)
    if (index % FILES_IN_DIRECTORY === 0) mkdirSync(directory)
    const file = join(directory, `file-${index}`)
    writeFileSync(file, '')
    return file
  })
}

function profileOf(files, { access, count }) {
  const entries = files.slice(0, count).map((file) => entryAt(file, access))
  return restrictedTo([entryAt('/', 'read'), entryAt(join(files[0], '../..'), 'write'), ...entries])
}
