import { absolutePath, isFullDiskWrite, isInside } from '@linux-sandbox/policy'

/*
 * Why Landlock refuses a policy on a disk, with a part of the error it gives.
 */

/**
 * @typedef {import('./refusals.mjs').Refusal} Refusal
 * @typedef {import('@linux-sandbox/policy').ResolvedPolicy} ResolvedPolicy
 */

const ROOT_PATH = absolutePath('/')

const LEADS_NOWHERE = /: its symbolic links form a loop|: it goes (on|up) from /

/** That an entry takes something away, told by its name or by what it leads to. */
const CARVE_OUT =
  /cannot enforce .*: it (lies in a directory that the policy makes writable|is read-only within|is denied within|hides files)/s

/**
 * @param {import('./landlock-oracle.mjs').LandlockOracle} oracle
 * @param {ResolvedPolicy} policy
 * @returns {Refusal[]}
 */
export function expectedLandlockRefusals(oracle, policy) {
  /** @type {readonly (readonly [boolean, Refusal])[]} */
  const candidates = [
    [
      oracle.entries.some(({ isNowhere }) => isNowhere),
      { message: LEADS_NOWHERE, isCertain: !isFullDiskWrite(policy) },
    ],
    [oracle.hasIdleEntryNowhere, { message: LEADS_NOWHERE, isCertain: false }],
    [oracle.hasCarveOut(), { message: CARVE_OUT, isCertain: true }],
    // The native program is kept from the command where that could change it.
    [writtenBy(policy).includes(ROOT_PATH), { message: CARVE_OUT, isCertain: false }],
    [hasNarrowEntry(policy), { message: CARVE_OUT, isCertain: false }],
    [
      oracle.hasReplaceableLink(),
      { message: /it goes through the symbolic link .*, which the command can replace/s, isCertain: false },
    ],
  ]
  return candidates.flatMap(([isGiven, refusal]) => (isGiven ? [refusal] : []))
}

/**
 * Whether an entry takes something away, by its name.
 *
 * @param {ResolvedPolicy} policy
 */
function hasNarrowEntry(policy) {
  return (
    entriesOf(policy).some(({ access }) => access === 'deny') ||
    entriesOf(policy).some(
      ({ access, path }) =>
        access === 'read' && writtenBy(policy).some((root) => path !== root && isInside(path, root)),
    )
  )
}

/** @param {ResolvedPolicy} policy */
function writtenBy(policy) {
  return entriesOf(policy).flatMap(({ access, path }) => (access === 'write' ? [path] : []))
}

/** @param {ResolvedPolicy} policy */
function entriesOf({ fileSystem }) {
  return fileSystem.kind === 'unrestricted' ? [] : fileSystem.entries
}
