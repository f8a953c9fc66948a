import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { runCaptured } from './child.mjs'
import { overlongFiles } from './file-length.mjs'
import { ROOT } from './repository.mjs'
import { toolEnvironment } from './tool-environment.mjs'

/**
 * @typedef {object} Outcome
 * @property {'ok' | 'failed' | 'left out'} verdict
 * @property {string} detail - what the tool wrote, or why the check was left out
 * @typedef {object} Check
 * @property {string} name
 * @property {() => Promise<Outcome>} run
 */

/** @type {readonly Check[]} */
const LINT = [
  tool('oxlint', ['oxlint', '--deny-warnings']),
  tool('prettier', ['prettier', '--check', '--log-level=warn', '.']),
  tool('knip', ['knip', '--no-config-hints']),
  tool('turbo boundaries', ['turbo', 'boundaries']),
  { name: 'file length', run: checkFileLength },
  { name: 'clang-format', run: checkCFormat },
]

/** @type {readonly Check[]} */
const PACKAGES = [
  tool('typecheck, publint, attw', [
    'turbo',
    'run',
    'typecheck',
    'publint',
    'attw',
    '--output-logs=errors-only',
    '--continue=always',
  ]),
  { name: 'changeset status', run: checkChangesets },
]

/**
 * @returns {Promise<number>}
 */
export function lint() {
  return runAll(LINT)
}

/**
 * Everything that says something about the code without running it.
 *
 * @returns {Promise<number>}
 */
export function checkStatically() {
  return runAll([...LINT, ...PACKAGES])
}

/**
 * Runs all `checks` at once and prints each as it ends; 1 when one failed.
 *
 * @param {readonly Check[]} checks
 */
async function runAll(checks) {
  const verdicts = await Promise.all(
    checks.map(async ({ name, run }) => {
      const started = performance.now()
      const { verdict, detail } = await run()
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`${verdict}: ${name} (${seconds} s)`)
      if (verdict !== 'ok') console.log(detail.trimEnd())
      return verdict
    }),
  )
  return verdicts.includes('failed') ? 1 : 0
}

/**
 * @param {string} name
 * @param {readonly [string, ...string[]]} words
 * @returns {Check}
 */
function tool(name, words) {
  return { name, run: () => runTool(words) }
}

/**
 * @param {readonly string[]} words
 * @returns {Promise<Outcome>}
 */
async function runTool([command = '', ...args]) {
  const { status, output } = await runCaptured(command, args, { cwd: ROOT, env: toolEnvironment() })
  return { verdict: status === 0 ? 'ok' : 'failed', detail: output }
}

/** @returns {Promise<Outcome>} */
async function checkFileLength() {
  const overlong = overlongFiles(ROOT)
  return { verdict: overlong.length === 0 ? 'ok' : 'failed', detail: overlong.join('\n') }
}

/** @returns {Promise<Outcome>} */
async function checkCFormat() {
  const files = cSources()
  if (files.length === 0) return { verdict: 'left out', detail: 'there is no C' }
  try {
    return await runTool(['clang-format', '--dry-run', '-Werror', ...files])
  } catch {
    return { verdict: 'left out', detail: 'clang-format is missing (sudo apt-get install clang-format)' }
  }
}

const C_FOLDERS = [
  ...['packages/native/native', 'packages/native/test/probe', 'packages/standalone/native'],
  ...['tools/bench/native/load', 'tools/bench/native/timer', 'tools/policy-fuzz/probe'],
  ...['tools/sandbox-tests/probe', 'tools/sandbox-tests/probe/preload', 'tools/standalone-tests/native'],
]

function cSources() {
  return C_FOLDERS.flatMap((folder) => {
    try {
      const names = readdirSync(join(ROOT, folder)).filter((name) => /\.[ch]$/.test(name))
      return names.map((name) => join(folder, name))
    } catch {
      return []
    }
  })
}

/** @returns {Promise<Outcome>} */
async function checkChangesets() {
  try {
    execFileSync('git', ['merge-base', 'HEAD', 'main'], { cwd: ROOT, stdio: 'ignore' })
  } catch {
    return { verdict: 'left out', detail: 'this clone has no branch main to compare with' }
  }
  return runTool(['changeset', 'status'])
}
