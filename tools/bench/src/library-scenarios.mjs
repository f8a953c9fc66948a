import { BACKENDS, bareBwrap, sandboxWith } from './programs.mjs'
import { ended, succeed } from './succeed.mjs'

/** A command in a sandbox of the library, and around it bubblewrap alone and nothing, all from this process. Bare bubblewrap comes first. */
export async function libraryScenarios(scene) {
  const scenarios = [
    { name: 'bare bwrap', run: () => succeed(bareBwrap(scene)) },
    { name: 'nothing', run: () => succeed(['/bin/true']) },
  ]
  for (const backend of BACKENDS) {
    const { sandbox, absence } = await sandboxWith(backend, { profile: scene.profile })
    const [run, spawn] = [`run, ${backend}`, `spawn, ${backend}`]
    if (sandbox === undefined) scenarios.push({ name: run, absence }, { name: spawn, absence })
    else {
      scenarios.push({ name: run, run: () => sandbox.run('/bin/true') })
      scenarios.push({ name: spawn, run: () => ended(sandbox.spawn('/bin/true')) })
    }
  }
  return scenarios
}
