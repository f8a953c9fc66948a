import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from './bundle.mjs'
import { PACKAGE } from './paths.mjs'
import { snapshotOf } from './snapshot.mjs'

/**
 * The engine of the helper, ready to be started.
 *
 * @param {'x64' | 'arm64'} nodeArch
 * @returns {Promise<import('./snapshot.mjs').Snapshot>}
 */
export async function stateFor(nodeArch) {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'))
  const { script, digest } = await bundle(nodeArch)
  return await snapshotOf(script, { PACKAGE_VERSION: version, BUNDLE_DIGEST: digest })
}
