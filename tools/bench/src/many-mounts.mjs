// usage: unshare --mount node many-mounts.mjs COUNT RUNS: times sandboxes on a host with so many mounts, in a mount namespace of its own that goes away
// with this process. Prints JSON: for whole processes and for the library, the scenarios and the times of each.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { interleave } from './interleave.mjs'
import { libraryScenarios } from './library-scenarios.mjs'
import { bareBwrap, helperScenarios } from './programs.mjs'
import { makeScene } from './scene.mjs'
import { temporaryDirectory } from './temporary-directory.mjs'
import { rotate } from './timer.mjs'

const WARM_UPS = 3

const [count, runs] = process.argv.slice(2).map(Number)
const top = temporaryDirectory()
execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', top])
for (let left = count - mountCount(); left > 0; left--) {
  const place = join(top, String(left))
  mkdirSync(place)
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', place])
}

const scene = makeScene()
const processes = [
  { name: 'bare bwrap', command: bareBwrap(scene) },
  ...helperScenarios(scene).filter(({ name }) => name.startsWith('static')),
]
const { times } = await rotate(processes, { runs, warmUps: WARM_UPS })
const library = (await libraryScenarios(scene)).filter(({ name }) => !name.startsWith('spawn'))
const inNode = await interleave(library, { runs, warmUps: WARM_UPS })
const parts = [
  { scenarios: processes, times },
  { scenarios: library, times: inNode },
]
const plain = parts.map((part) => ({
  scenarios: part.scenarios.map(({ name, absence }) => ({ name, absence })),
  times: [...part.times],
}))
console.log(JSON.stringify({ mounts: mountCount(), parts: plain }))
execFileSync('umount', ['--recursive', top])

function mountCount() {
  return readFileSync('/proc/self/mountinfo', 'utf8').trim().split('\n').length
}
