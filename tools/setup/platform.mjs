import { SetupError } from './setup-error.mjs'

/** Where `require()` of an ES module works with no flag; also `engines` in every package.json. */
const OLDEST_NODE = /** @type {const} */ ([20, 19])

/**
 * @param {{ platform: string, nodeVersion: string }} host
 * @returns {void}
 * @throws {SetupError} when nothing here can work
 */
export function checkPlatform({ platform, nodeVersion }) {
  if (platform !== 'linux') {
    throw new SetupError(
      `this is ${platform}, the sandbox is made of Linux`,
      'use a Linux machine or container',
    )
  }
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_NODE
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new SetupError(
      `Node ${nodeVersion} is too old`,
      `install Node ${OLDEST_NODE.join('.')} or newer, or try: npx --yes -p node@24 -- npm test`,
    )
  }
}
