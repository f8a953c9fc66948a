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
 * @property {import('./build.mjs').Scope} [built] - nothing has to be where there is none
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
  return nodePackagesAreCurrent() && isBuilt(needs)
}

/** @param {Needs} needs */
function isBuilt({ built }) {
  return built === undefined || buildIsCurrent(built)
}

/**
 * Commands that build `scope`.
 *
 * @type {Readonly<Record<import('./build.mjs').Scope, readonly import('./debian-packages.mjs').Purpose[]>>}
 */
const BUILDERS = { 'linux-sandbox': ['build'], everything: ['build', 'build-engine'] }

/**
 * Looks at everything again: whoever had the lock before may have done it.
 *
 * @param {Needs} needs
 */
async function catchUp(needs) {
  const { commands, built } = needs
  const builders = built === undefined || isBuilt(needs) ? [] : BUILDERS[built]
  await provideCommands(missingCommands(new Set([...commands, ...builders])))

  if (!nodePackagesAreCurrent()) await installNodePackages()
  if (built !== undefined && !buildIsCurrent(built)) await build(built)
}
