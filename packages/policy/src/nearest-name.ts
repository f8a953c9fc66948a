/** The one of `known` that `name` was probably meant to be. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const nearest = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance)[0]
  // A third of the letters changed is a slip; more is another word.
  if (nearest === undefined || nearest.distance > Math.max(1, Math.floor(nearest.candidate.length / 3))) {
    return undefined
  }
  return nearest.candidate
}

/** Levenshtein distance in which two neighbours that changed places count once. A name too long to be a slip is not compared. */
function editDistance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > to.length) return Number.POSITIVE_INFINITY
  let before: readonly number[] = []
  let row: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < to.length; j++) {
      const substituted = at(row, j) + (from[i] === to[j] ? 0 : 1)
      const isSwap = from[i] === to[j - 1] && from[i - 1] === to[j]
      const swapped = isSwap ? at(before, j - 1) + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(at(row, j + 1) + 1, at(next, j) + 1, substituted, swapped))
    }
    before = row
    row = next
  }
  return at(row, to.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
