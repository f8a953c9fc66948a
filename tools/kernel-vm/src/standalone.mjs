import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY } from './cache.mjs'

/**
 * The helper as one static file, in a guest.
 *
 * @param {'x86_64' | 'aarch64'} architecture
 * @returns {string}
 */
export function standalonePath(architecture) {
  return join('/opt/linux-sandbox/node_modules/@linux-sandbox', inPackage(architecture))
}

/**
 * Whether a guest has it: it is not built where the tools for it are missing. Where it is required, its absence is a failure.
 *
 * @param {'x86_64' | 'aarch64'} architecture
 * @returns {boolean}
 */
export function expectsStandalone(architecture) {
  const required = (process.env['SANDBOX_TEST_REQUIRE'] ?? '').split(',')
  return required.includes('standalone') || existsSync(join(REPOSITORY, 'packages', inPackage(architecture)))
}

/** @param {string} architecture */
function inPackage(architecture) {
  return join('standalone/dist', architecture, 'codex-linux-sandbox')
}
