import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runCaptured, runInForeground } from './child.mjs'
import { contentDigest, sourceDigest } from './digest.mjs'
import { ROOT } from './repository.mjs'
import { say } from './say.mjs'
import { SetupError } from './setup-error.mjs'
import { readStamp, removeStamp, writeStamp } from './stamp.mjs'
import { toolEnvironment } from './tool-environment.mjs'
import { WORKSPACE_FOLDERS, workspacePackages } from './workspace.mjs'

/** @typedef {'linux-sandbox' | 'everything'} Scope - what is built: the command line program and what it needs, or all there is */

/** For turbo. @type {Readonly<Record<Scope, readonly string[]>>} */
export const SELECTIONS = { 'linux-sandbox': ['--filter=@linux-sandbox/cli...'], everything: [] }

const STAMPS = { 'linux-sandbox': 'build-linux-sandbox', everything: 'build' }
const TURBO = join(ROOT, 'node_modules/.bin/turbo')

/**
 * @param {Scope} scope
 * @returns {boolean}
 */
export function buildIsCurrent(scope) {
  const stamp = stampOf(sourcesNow())
  return readStamp(STAMPS.everything) === stamp || readStamp(STAMPS[scope]) === stamp
}

/**
 * Builds every package in `scope` that has changed, in silence.
 *
 * @param {Scope} scope
 * @returns {Promise<void>}
 * @throws {SetupError} when one does not build
 */
export async function build(scope) {
  say('building')
  const sources = begin()
  const words = ['run', 'build', ...SELECTIONS[scope], '--output-logs=errors-only']
  const { status, output } = await runCaptured(TURBO, words, { cwd: ROOT, env: toolEnvironment() })
  if (status !== 0) {
    throw new SetupError(
      'the build failed',
      'see the first error above; npm run build shows every step',
      output,
    )
  }
  writeStamp(STAMPS[scope], stampOf(sources))
}

/**
 * The same for all to see: turbo's exit status.
 *
 * @param {readonly string[]} args - for turbo, for example `--force`
 * @returns {Promise<number>}
 */
export async function buildInForeground(args) {
  const sources = begin()
  const status = await runInForeground(TURBO, ['run', 'build', ...args], {
    cwd: ROOT,
    env: toolEnvironment(),
  })
  // With arguments it may have built a part only.
  if (status === 0 && args.length === 0) writeStamp(STAMPS.everything, stampOf(sources))
  return status
}

/** The sources as they are before the build, so that a file saved while it runs is built next time. */
function begin() {
  for (const stamp of Object.values(STAMPS)) removeStamp(stamp)
  return sourcesNow()
}

function sourcesNow() {
  const compilers = ['CC', 'NATIVE_ARCHS'].map((name) => `${name}=${process.env[name] ?? ''}`)
  return [
    sourceDigest(ROOT, WORKSPACE_FOLDERS),
    contentDigest(ROOT, ['package.json', 'turbo.json', 'pnpm-lock.yaml']),
    ...compilers,
  ].join('\n')
}

/** @param {string} sources */
function stampOf(sources) {
  const outputs = workspacePackages(ROOT)
    .flatMap((folder) => [join(folder, 'dist'), join(folder, 'bin')])
    .filter((folder) => existsSync(join(ROOT, folder)))
  return createHash('sha256')
    .update([sources, ...outputs].join('\n'))
    .digest('hex')
}
