import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { absolutePath, isInside } from '@linux-sandbox/policy'
import type { Rule } from './rules.js'

/** The devices that a minimal `/dev` has. Source: bwrap(1), `--dev`. */
const MINIMAL_DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty']

/**
 * Whether `rule` is about a place of which the sandbox has its own, `/dev` or `/proc`, and needs no mount there: a denied device
 * that the minimal `/dev` lacks anyway.
 *
 * @throws {PolicyUnsupportedError} when it grants what the host has there.
 */
export function isSettledByOwnPlace(rule: Rule): boolean {
  const place = ['/dev', '/proc'].map(absolutePath).find((one) => isInside(rule.path, one))
  if (place === undefined || isInside(rule.path, absolutePath('/dev/shm'))) return false
  if (rule.access === 'deny') {
    return (
      place === '/dev' && rule.path !== place && !MINIMAL_DEVICES.includes(rule.path.slice('/dev/'.length))
    )
  }
  throw new PolicyUnsupportedError(`${rule.access} on ${rule.path}`, `the sandbox has its own ${place}`, {
    hint: 'take the entry out of the policy',
  })
}
