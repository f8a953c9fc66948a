// The helper on Node, many times in one process: a message is a command line, and is answered with what it came to.
import { readOnly, runMain, Sandbox } from 'linux-sandbox'

// Where the native program is, is looked up once: afterwards the variable that tells it would only be one more of the command's.
await Sandbox.create({ profile: readOnly() })

process.on('message', async ({ argv, env, cwd }) => {
  const said = { stdout: '', stderr: '' }
  for (const stream of /** @type {const} */ (['stdout', 'stderr'])) {
    process[stream].write = (text) => {
      said[stream] += text.toWellFormed() // as its bytes are read
      return true
    }
  }
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
  process.chdir(cwd)
  process.exitCode = 0
  await runMain(argv)
  process.send?.({ ...said, status: process.exitCode })
})
process.send?.('ready')
