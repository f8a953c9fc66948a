import { absolutePath, isInside } from '@linux-sandbox/policy'

/*
 * Why the planner refuses a policy on a disk, with a part of the error it gives.
 */

/**
 * @typedef {object} Refusal
 * @property {RegExp} message
 * @property {boolean} isCertain - whether it must refuse; otherwise it may know better
 *
 * @typedef {import('./oracle.mjs').Oracle} Oracle
 */

/**
 * @param {Oracle} oracle
 * @param {{ base: string, isOrdinaryUser: boolean }} scene
 * @returns {Refusal[]}
 */
export function expectedRefusals(oracle, { base, isOrdinaryUser }) {
  /** @type {readonly (readonly [boolean, Refusal])[]} */
  const candidates = [
    [
      oracle.entries.some(({ isNowhere }) => isNowhere) || oracle.globs.isBelowNowhere,
      { message: /: its symbolic links form a loop|: it goes (on|up) from /, isCertain: true },
    ],
    [
      oracle.globs.roots.some((root) => root === '/'),
      { message: /cannot enforce the glob .*: its fixed directory leads to \//s, isCertain: false },
    ],
    [
      oracle.globs.targets.has('/'),
      { message: /cannot enforce the glob .*: it matches .*, which leads to \//s, isCertain: true },
    ],
    // What the user may not list is outside the tree.
    [
      isOrdinaryUser && oracle.globs.roots.some((root) => !isInside(absolutePath(root), absolutePath(base))),
      { message: /^the sandbox could not be set up \(plan\)/, isCertain: false },
    ],
    [
      oracle.hasReplaceableLink(),
      {
        message: /it goes through the symbolic link .*, which the command can replace/s,
        isCertain: false,
      },
    ],
    [
      oracle.hasProtectedLink(),
      {
        message: /it is a symbolic link in the writable root .*, and the command could replace it/s,
        isCertain: false,
      },
    ],
  ]
  return candidates.flatMap(([isGiven, refusal]) => (isGiven ? [refusal] : []))
}
