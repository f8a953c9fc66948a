import type { StdioOptions } from 'node:child_process'

export type StdioItem = Exclude<StdioOptions, string>[number]

/**
 * Every slot of `stdio`, as Node reads it: a word stands for the first three, a missing one of these is a pipe, a missing
 * later one is closed.
 */
export function stdioSlots(stdio: StdioOptions = 'pipe'): StdioItem[] {
  const given = typeof stdio === 'string' ? [stdio, stdio, stdio] : stdio
  return Array.from({ length: Math.max(3, given.length) }, (_, index) => {
    const item = given[index]
    if (item !== undefined && item !== null) return item === 'inherit' ? index : item
    return index < 3 ? 'pipe' : 'ignore'
  })
}
