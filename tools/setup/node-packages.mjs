import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCaptured } from './child.mjs'
import { contentDigest } from './digest.mjs'
import { ROOT } from './repository.mjs'
import { say } from './say.mjs'
import { SetupError } from './setup-error.mjs'
import { readStamp, removeStamp, writeStamp } from './stamp.mjs'
import { workspacePackages } from './workspace.mjs'

const STAMP = 'node-packages'

/** @returns {boolean} */
export function nodePackagesAreCurrent() {
  return readStamp(STAMP) === wanted()
}

/**
 * Makes `node_modules` what the lockfile says.
 *
 * @returns {Promise<void>}
 * @throws {SetupError} when pnpm fails
 */
export async function installNodePackages() {
  say('installing node packages')
  removeStamp(STAMP)
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const { status, output } = await runCaptured(
    'npx',
    ['--yes', manifest.packageManager, 'install', '--frozen-lockfile'],
    // CI: pnpm asks nobody whether it may replace a node_modules that something else made.
    { cwd: ROOT, env: { ...process.env, CI: 'true' } },
  )
  if (status !== 0) {
    const remedy = output.includes('OUTDATED_LOCKFILE')
      ? 'a package.json was changed: run npx pnpm install'
      : 'see above; a package registry must be reachable (npm ping)'
    throw new SetupError('the node packages could not be installed', remedy, output)
  }
  writeStamp(STAMP, wanted())
}

function wanted() {
  const manifests = ['.', ...workspacePackages(ROOT)].map((folder) => join(folder, 'package.json'))
  return contentDigest(ROOT, ['.npmrc', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests])
}
