import type { AccessReason } from './access.js'
import type { Explanation } from './explain.js'
import type { AccessChange, PathAccess } from './explain-changes.js'
import type { LossReason } from './explain-losses.js'
import type { ResolvedEntry, ResolvedGlob } from './resolved-policy.js'

const LOSSES: Readonly<Record<LossReason, string>> = {
  'glob-wins': 'a deny glob comes before all entries',
  shallower: 'it is for a path further up',
  weaker: 'for the same path deny comes before write, write before read, and a protected name last',
  repeated: 'it says the same once more',
  lifted: 'an entry lets the command write at or below it',
  'whole-disk-writable': 'no name is protected where all of / is writable',
  'only-fills-gaps': 'a platform default is for what no entry covers',
  'starts-from-zero': 'platform defaults come before deny on /',
}

/** `explanation` for a person: a few lines without a line break at the end, and safe to print whatever the path is. */
export function formatExplanation({ path, access, decidedBy, shadowed, changes }: Explanation): string {
  const purpose = decidedBy.kind === 'protected-name' ? `: ${decidedBy.name.reason}` : ''
  return [
    `${printable(path)}: ${access}`,
    `  because ${describeReason(decidedBy)}${purpose}`,
    ...shadowed.map(({ rule, because }) => `  and not ${describeReason(rule)}: ${LOSSES[because]}`),
    ...changes.map((change) => `  for ${change.access}: ${describeChange(change)}`),
  ].join('\n')
}

/** The rule that decides, as a phrase, safe to print. */
export function describeReason(reason: AccessReason): string {
  switch (reason.kind) {
    case 'unrestricted':
      return 'the policy restricts no path'
    case 'no-entry':
      return 'no entry covers it'
    case 'glob': {
      const { glob, matched } = reason
      return `${spotOf(glob)}, deny on ${printable(glob.pattern)}, which matches ${printable(matched)}`
    }
    case 'entry':
      return describeEntry(reason.entry)
    case 'protected-name':
      return `the protected name ${printable(reason.path)} in ${describeEntry(reason.entry)}`
    case 'platform-default':
      return `the platform default, read on ${printable(reason.path)}`
  }
}

function describeEntry(entry: ResolvedEntry): string {
  const { path, origin, ifMissing } = entry
  const spelling = origin.spelling === path ? '' : ` (${printable(origin.spelling)})`
  const condition = ifMissing === 'skip' ? ' if it exists' : ''
  return `${spotOf(entry)}, ${describeAccess(entry)}${spelling}${condition}`
}

function spotOf({ origin }: ResolvedEntry | ResolvedGlob): string {
  return `entries[${origin.index}]`
}

function describeChange({ obstacles, entry, sideEffects }: AccessChange): string {
  const spots = obstacles.map((obstacle) => spotOf(obstacle.kind === 'glob' ? obstacle.glob : obstacle.entry))
  const steps = [
    ...(spots.length > 0 ? [`change or remove ${spots.join(', ')}, which no entry outranks`] : []),
    ...(entry === undefined ? [] : [`add ${describeAccess(entry)}`]),
  ]
  const effects = sideEffects.map(describeAccess).join(', ')
  return steps.join('; then ') + (effects && `; this also gives ${effects}`)
}

function describeAccess({ path, access }: PathAccess): string {
  return `${access} on ${printable(path)}`
}

/** Names can hold line breaks and control sequences, which must neither forge a line nor reach a terminal. */
export function printable(text: string): string {
  if (/^[^\s"\p{C}\p{Z}]+$/u.test(text)) return text
  return JSON.stringify(text).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escapeUnits)
}

function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
