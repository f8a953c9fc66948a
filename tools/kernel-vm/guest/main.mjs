// Runs the job in /run/job.json and writes what came of it to the last disk, where the host reads it.
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, release } from 'node:os'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const RESULT_DISK = '/dev/vdc'
const USERS = { root: 0, ordinary: 1000 }
const COMMAND_LIMIT_MS = 120_000

/** @type {import('./job.ts').Job} */
const job = JSON.parse(readFileSync('/run/job.json', 'utf8'))
const commands = job.commands.map(runCommand)
const queue = [...job.files]
/** @type {import('./job.ts').FileResult[]} */
const files = []
await Promise.all(Array.from({ length: availableParallelism() }, work))
writeFileSync(RESULT_DISK, `${JSON.stringify({ release: release(), commands, files })}\n`)

async function work() {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) files.push(await runFile(file))
}

/**
 * @param {import('./job.ts').Command} command
 * @returns {import('./job.ts').CommandResult}
 */
function runCommand({ user, words: [program = '', ...args], settings }) {
  for (const [path, value] of Object.entries(settings)) writeFileSync(path, value)
  const id = USERS[user]
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    cwd: '/',
    env: { PATH: '/usr/bin', LANG: 'C.UTF-8' },
    encoding: 'utf8',
    timeout: COMMAND_LIMIT_MS,
    ...(id === 0 ? {} : { uid: id, gid: id }),
  })
  return { end: status ?? signal ?? String(error), stdout, stderr }
}

/**
 * @param {string} file
 * @returns {Promise<import('./job.ts').FileResult>}
 */
async function runFile(file) {
  const startedAt = performance.now()
  const program = join(import.meta.dirname, 'run-file.mjs')
  const child = spawn(process.execPath, [program, join(ROOT, file), String(job.testSeconds)], {
    cwd: '/',
    env: {
      ...process.env,
      SANDBOX_TEST_STAGE: ROOT,
      SANDBOX_TEST_REQUIRE: job.require,
      ...(job.backend === undefined ? {} : { SANDBOX_TEST_BACKEND: job.backend }),
    },
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  let text = ''
  child.stdio[3]?.on('data', (chunk) => (text += chunk))
  const end = await new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)))
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  console.log(`ran ${file} in ${seconds} s`)
  /** @type {import('./job.ts').TestResult[]} */
  const tests = text === '' ? [] : JSON.parse(text)
  if (tests.length > 0) return { file, tests }
  const errors = [`it has no tests, or ended before them, with ${end}`]
  return { file, tests: [{ name: 'the file', state: 'failed', errors }] }
}
