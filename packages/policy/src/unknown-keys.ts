import type { Issue } from '@linux-sandbox/errors'
import { nearestName } from './nearest-name.js'

/** An issue for each key of `value` that is not one of `known`, with the known one that was probably meant. */
export function unknownKeyIssues(value: unknown, known: readonly string[], path: Issue['path']): Issue[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: [...path, key], message: `is unknown; ${suggest(key, known)}` }))
}

function suggest(key: string, known: readonly string[]): string {
  const nearest = nearestName(key, known)
  if (nearest !== undefined) return `did you mean ${nearest}?`
  return known.length === 0 ? 'no key is known here' : `known are ${known.join(', ')}`
}
