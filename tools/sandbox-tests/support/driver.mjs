// Runs one scenario, given as JSON on stdin, and prints its outcome as JSON. Started by scenario.ts as the user of a test.
import { readFileSync } from 'node:fs'
import { isSandboxError, Sandbox } from 'linux-sandbox'

const { sandbox: sandboxOptions, command, run, broker } = JSON.parse(readFileSync(0, 'utf8'))

// What the library keeps for all its copies in this process.
if (broker !== undefined) globalThis[Symbol.for('@linux-sandbox/broker')] = broker

let outcome
try {
  const sandbox = await Sandbox.create(sandboxOptions)
  const [program, ...args] = command
  outcome = { result: await sandbox.run(program, args, run) }
} catch (error) {
  if (!isSandboxError(error)) throw error
  const { name, code, message, hint, exitStatus, step, errno } = error
  outcome = { error: { name, code, message, hint, exitStatus, step, errno } }
}
process.stdout.write(JSON.stringify(outcome))
