import { dirname, join } from 'node:path/posix'

/** @typedef {import('./questions.mjs').Asked} Asked */

/**
 * The attempts to remove everything, deepest first. A directory can be removed when everything in it could.
 *
 * @param {import('./questions.mjs').Scene} scene
 * @returns {Asked[]}
 */
export function expectedRemovals({ oracle, base, nodes }) {
  const full = new Set()
  return nodes.toReversed().map(({ path, kind }) => {
    const object = join(base, path)
    const isRemoved = oracle.mayRename(object) && !full.has(object)
    if (!isRemoved) full.add(dirname(object))
    return {
      question: { kind: kind === 'directory' ? 'r' : 'u', path: object },
      expectation: { verdicts: { remove: isRemoved ? 'yes' : 'no' }, isSeen: false },
      object,
    }
  })
}
