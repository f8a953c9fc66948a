// support/scenario.js as a guest has it: one process for each user makes all its scenarios. On an emulated processor the start of
// Node takes far longer than a sandbox.
import { fork } from 'node:child_process'
import { join } from 'node:path'
// @ts-expect-error It is there in a guest only.
import { identityOf, stageDirectory, stagedNode, userEnvironment } from './scenario-of-hosts.js'

// @ts-expect-error It is there in a guest only.
export * from './scenario-of-hosts.js'

/** @typedef {{ resolve: (outcome: any) => void, reject: (error: Error) => void }} Waiting */
/** @type {Map<number, (scenario: unknown) => Promise<any>>} */
const drivers = new Map()

/**
 * @param {{ uid: number, gid: number }} user
 * @param {unknown} scenario
 * @returns {Promise<any>}
 */
export async function runScenario(user, scenario) {
  const ask = drivers.get(user.uid) ?? startDriver(user)
  drivers.set(user.uid, ask)
  return await ask(scenario)
}

/**
 * @param {{ uid: number, gid: number }} user
 * @param {unknown} scenario
 * @returns {Promise<any>}
 */
export async function runSandboxed(user, scenario) {
  const { result, error } = await runScenario(user, scenario)
  if (error !== undefined) throw new Error(`the command did not run: ${error.message}`)
  return result
}

/** @param {{ uid: number, gid: number }} user */
function startDriver(user) {
  const child = fork(join(stageDirectory(), 'guest/driver.mjs'), {
    cwd: '/',
    env: userEnvironment(),
    execPath: stagedNode(),
    ...identityOf(user),
  })
  /** @type {Map<number, Waiting>} */
  const waiting = new Map()
  let lastId = 0
  child.on('message', (/** @type {any} */ { id, text, problem }) => {
    const { resolve, reject } = /** @type {Waiting} */ (waiting.get(id))
    waiting.delete(id)
    if (problem === undefined) resolve(JSON.parse(text))
    else reject(new Error(`the driver met ${problem}`))
  })
  child.once('close', (code, signal) => {
    drivers.delete(user.uid)
    for (const { reject } of waiting.values()) reject(new Error(`the driver ended with ${code ?? signal}`))
  })
  return (/** @type {unknown} */ scenario) =>
    new Promise((resolve, reject) => {
      lastId += 1
      waiting.set(lastId, { resolve, reject })
      child.send({ id: lastId, text: JSON.stringify(scenario) })
    })
}
