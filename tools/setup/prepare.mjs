import { join } from 'node:path'
import { build, buildIsCurrent } from './build.mjs'
import { missingCommands, provideCommands } from './debian-packages.mjs'
import { withLock } from './lock.mjs'
import { installNodePackages, nodePackagesAreCurrent } from './node-packages.mjs'
import { checkPlatform } from './platform.mjs'
import { STATE_DIRECTORY } from './repository.mjs'
import { say } from './say.mjs'

/**
 * @typedef {object} Needs
 * @property {readonly import('./debian-packages.mjs').Purpose[]} commands - to do what
 * @property {boolean} isBuilt
 */

/**
 * Makes everything ready that a task needs, and does nothing where it is ready already.
 *
 * @param {Needs} needs
 * @returns {Promise<void>}
 * @throws {import('./setup-error.mjs').SetupError} when a step does not work
 */
export async function prepare(needs) {
  checkPlatform({ platform: process.platform, nodeVersion: process.versions.node })
  if (isReady(needs)) return
  await withLock(join(STATE_DIRECTORY, 'lock'), {
    onWait: () => say('waiting for another run that sets up this clone'),
    action: () => catchUp(needs),
  })
}

/** @param {Needs} needs */
function isReady(needs) {
  if (missingCommands(new Set(needs.commands)).length > 0) return false
  return nodePackagesAreCurrent() && (!needs.isBuilt || buildIsCurrent())
}

/**
 * Looks at everything again: whoever had the lock before may have done it.
 *
 * @param {Needs} needs
 */
async function catchUp({ commands, isBuilt }) {
  const purposes = new Set(commands)
  if (isBuilt && !buildIsCurrent()) purposes.add('build')
  await provideCommands(missingCommands(purposes))

  if (!nodePackagesAreCurrent()) await installNodePackages()
  if (isBuilt && !buildIsCurrent()) await build()
}
