import { PolicyInvalidError } from '@linux-sandbox/errors'
import { freezeDeep } from './freeze.js'
import { parseDocument } from './parse-document.js'
import { checkPlain } from './plain-copy.js'
import type { PermissionProfile } from './profile.js'
import { profileSchema } from './profile-schema.js'
import { checkSchema, type SchemaResult } from './schema-issues.js'
import { checkUntaggedProfile } from './untagged-profile.js'

const NAME = 'permission profile'

/**
 * The profile that the JSON `text` is, with paths normalised and older spellings replaced.
 *
 * @throws {PolicyInvalidError} with everything that is wrong, each with its line and column in `text`.
 */
export function parseProfile(text: string): PermissionProfile {
  return noteValid(parseDocument(text, NAME, checkProfile))
}

/**
 * As `parseProfile`, from a value of JavaScript instead of a text; later changes to `value` change nothing.
 *
 * @throws {PolicyInvalidError} with everything that is wrong.
 */
export function validateProfile(value: unknown): PermissionProfile {
  if (isKnownValid(value)) return value
  const { value: profile, issues } = checkProfile(value)
  if (profile === undefined) throw new PolicyInvalidError(NAME, issues)
  return noteValid(freezeDeep(profile))
}

/** What was made here. It is frozen, so it is as valid as it was. */
const VALID = new WeakSet<object>()

function noteValid(profile: PermissionProfile): PermissionProfile {
  VALID.add(profile)
  return profile
}

function isKnownValid(value: unknown): value is PermissionProfile {
  return typeof value === 'object' && value !== null && VALID.has(value)
}

function checkProfile(value: unknown): SchemaResult<PermissionProfile> {
  return checkPlain(value, (plain) =>
    isUntagged(plain) ? checkUntaggedProfile(plain) : checkSchema(profileSchema, plain),
  )
}

function isUntagged(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('type' in value)
}
