import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from './temporary-directory.mjs'

const CALLER = fileURLToPath(new URL('memory-caller.mjs', import.meta.url))

/** Resident, in MB: a program that does little else, a server, and one that holds its data in memory. */
const SIZES = [50, 500, 2000]

/**
 * `sandbox.spawn` by callers of different sizes, with the broker and without, each a process of its own that stays. `run` gives what the caller
 * itself has measured in `{ blockedMs, elapsedMs }`; the first is the one to compare with. `close` ends the callers.
 */
export async function memoryScenarios() {
  const root = temporaryDirectory()
  mkdirSync(join(root, '.git'))
  const wanted = SIZES.flatMap((size) => ['broker', 'node'].map((starter) => ({ size, starter })))
  const callers = await Promise.all(wanted.map((one) => startCaller(one, root)))
  const scenarios = wanted.map(({ size, starter }, index) => ({
    name: `caller of ${size} MB, ${starter === 'broker' ? 'by the broker' : "by Node's spawn"}`,
    run: () => ask(callers[index]),
  }))
  return { scenarios, close: () => callers.forEach((caller) => caller.disconnect()) }
}

async function startCaller({ size, starter }, root) {
  const caller = fork(CALLER, [size, starter, root])
  await once(caller, 'message')
  return caller
}

function ask(caller) {
  return new Promise((resolve, reject) => {
    const fail = (status) => reject(new Error(`a caller ended with status ${status}`))
    caller.once('exit', fail)
    caller.once('message', (times) => {
      caller.off('exit', fail)
      resolve(times)
    })
    caller.send('run')
  })
}
