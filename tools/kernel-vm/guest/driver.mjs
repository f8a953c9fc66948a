// Runs scenarios one after the other as they come, each as support/driver.mjs would. Started by scenario.mjs.
import { isSandboxError, Sandbox } from 'linux-sandbox'

process.on('message', async ({ id, text }) => process.send?.({ id, ...(await outcomeOf(JSON.parse(text))) }))
process.on('disconnect', () => process.exit())

/** @param {any} scenario */
async function outcomeOf({ sandbox: options, command: [program, ...args], run }) {
  try {
    const sandbox = await Sandbox.create(options)
    return { text: JSON.stringify({ result: await sandbox.run(program, args, run) }) }
  } catch (error) {
    if (!isSandboxError(error)) return { problem: String(error) }
    const { name, code, message, hint, exitStatus, step, errno } = /** @type {any} */ (error)
    return { text: JSON.stringify({ error: { name, code, message, hint, exitStatus, step, errno } }) }
  }
}
