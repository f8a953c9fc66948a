#!/usr/bin/env node
// node tools/setup/run.mjs TASK [ARGUMENT]...: makes ready what the task needs, then runs it.
// It runs before anything is installed, so nothing in this folder imports a package.
import { prepare } from './prepare.mjs'
import { say } from './say.mjs'
import { SetupError } from './setup-error.mjs'
import { TASKS } from './tasks.mjs'

const USAGE_STATUS = 2
/** As `linux-sandbox` says that the command did not run. */
const SETUP_STATUS = 125

const [name = '', ...args] = process.argv.slice(2)
const task = Object.hasOwn(TASKS, name) ? TASKS[name] : undefined

if (task === undefined) {
  say(`no task "${name}"; there are ${Object.keys(TASKS).join(', ')}`)
  process.exitCode = USAGE_STATUS
} else {
  try {
    await prepare(task.needs)
    const status = await task.run(args)
    if (typeof status === 'number') process.exitCode = status
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    if (error.output !== '') process.stderr.write(`${error.output.trimEnd()}\n`)
    say(error.message)
    process.exitCode = SETUP_STATUS
  }
}
