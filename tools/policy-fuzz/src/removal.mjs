import { dirname, join } from 'node:path/posix'
import { verdictOnName } from './expectations.mjs'

/**
 * @typedef {import('./questions.mjs').Asked} Asked
 * @typedef {import('./expectations.mjs').Verdict} Verdict
 */

/**
 * The attempts to remove everything, deepest first. A directory can be removed when everything in it could.
 *
 * @param {import('./questions.mjs').Scene} scene
 * @returns {Asked[]}
 */
export function expectedRemovals({ oracle, base, nodes }) {
  /** @type {Map<string, Verdict>} */
  const contents = new Map()
  // Whether a place to mount on is made there is not said by the policy.
  const missing = oracle.entries
    .filter(({ isMissing, isNowhere }) => isMissing && !isNowhere)
    .map(({ path }) => path)
  for (const path of [...missing, ...oracle.missingProtectedPaths()]) contents.set(dirname(path), 'any')
  return nodes.toReversed().map(({ path, kind }) => {
    const object = join(base, path)
    const own = verdictOnName(oracle, object)
    const verdict = kind === 'directory' ? weaker(own, contents.get(object) ?? 'yes') : own
    const parent = dirname(object)
    contents.set(parent, weaker(contents.get(parent) ?? 'yes', verdict))
    return {
      question: { kind: kind === 'directory' ? 'r' : 'u', path: object },
      expectation: { verdicts: { remove: verdict }, isSeen: false },
      object,
    }
  })
}

/**
 * @param {Verdict} first
 * @param {Verdict} second
 * @returns {Verdict}
 */
function weaker(first, second) {
  if (first === 'no' || second === 'no') return 'no'
  return first === 'any' || second === 'any' ? 'any' : 'yes'
}
