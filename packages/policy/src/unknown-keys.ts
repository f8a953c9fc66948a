import type { Issue } from '@linux-sandbox/errors'

/** An issue for each key of `value` that is not one of `known`, with the known one that was probably meant. */
export function unknownKeyIssues(value: unknown, known: readonly string[], path: Issue['path']): Issue[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: [...path, key], message: `is unknown; ${suggest(key, known)}` }))
}

function suggest(key: string, known: readonly string[]): string {
  const nearest = known
    .map((candidate) => ({ candidate, distance: editDistance(key.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance)[0]
  // A third of the letters changed is a slip; more is another word.
  if (nearest !== undefined && nearest.distance <= Math.max(1, Math.floor(nearest.candidate.length / 3))) {
    return `did you mean ${nearest.candidate}?`
  }
  return known.length === 0 ? 'no key is known here' : `known are ${known.join(', ')}`
}

/** Levenshtein distance, one row at a time. A key too long to be a slip is not compared. */
function editDistance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > to.length) return Number.POSITIVE_INFINITY
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [i, character] of [...from].entries()) {
    const next = [i + 1]
    for (let j = 0; j < to.length; j++) {
      const substituted = at(row, j) + (character === to[j] ? 0 : 1)
      next.push(Math.min(at(row, j + 1) + 1, at(next, j) + 1, substituted))
    }
    row = next
  }
  return at(row, to.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
