import { join } from 'node:path'
import { interleave } from '../interleave.mjs'
import { libraryScenarios } from '../library-scenarios.mjs'
import {
  BACKENDS,
  bareBwrap,
  helperScenarios,
  multitoolScenarios,
  peerScenarios,
  sandboxWith,
} from '../programs.mjs'
import { table } from '../report.mjs'
import { makeScene } from '../scene.mjs'
import { rotate } from '../timer.mjs'

/** Enough for the engine to have compiled what is called often. */
const WARM_UPS = 20
const PROCESS_WARM_UPS = 3

/** What a sandbox costs: as a whole process that a small program starts, and from a Node process that is warm. */
export async function sandboxGroup({ runs, figures, print }) {
  const scene = makeScene()
  await wholeProcesses(scene, { runs, figures, print })
  const scenarios = await libraryScenarios(scene)
  const times = await interleave(scenarios, { runs, warmUps: WARM_UPS })
  print('From a warm Node process:', table(scenarios, times, runs))
  for (const backend of BACKENDS) {
    figures.setRatio(`run-${backend}`, { scenarios, times, of: `run, ${backend}`, to: 'bare bwrap' })
  }
}

async function wholeProcesses(scene, { runs, figures, print }) {
  const scenarios = [
    { name: 'bare bwrap', command: bareBwrap(scene) },
    { name: 'nothing', command: ['/bin/true'] },
    ...helperScenarios(scene),
    ...multitoolScenarios(scene),
    ...(await Promise.all(BACKENDS.map((backend) => firstRunScenario(scene, backend)))),
    { name: 'Node, empty script', command: [process.execPath, '--eval', ''] },
    ...peerScenarios(scene),
  ]
  const { times } = await rotate(scenarios, { runs, warmUps: PROCESS_WARM_UPS })
  print('Whole processes:', table(scenarios, times, runs))
  for (const backend of BACKENDS) {
    figures.setRatio(`helper-${backend}`, {
      scenarios,
      times,
      of: `static helper, ${backend}`,
      to: 'bare bwrap',
    })
  }
}

async function firstRunScenario({ root, profile }, backend) {
  const name = `library, first run, ${backend}`
  const { absence } = await sandboxWith(backend, { profile })
  if (absence !== undefined) return { name, absence }
  return { name, command: [process.execPath, join(import.meta.dirname, '../first-run.mjs'), backend, root] }
}
