import { GlobSyntaxError, type GlobToken } from './glob-tokens.js'

/** A pattern that stands for more than this many without braces is refused. */
const MAX_ALTERNATIVES = 1024

type PlainToken = Exclude<GlobToken, { kind: 'open' | 'comma' | 'close' }>

/**
 * The brace-free patterns that `tokens` stands for: two for `{a,b}/*`.
 *
 * @throws {GlobSyntaxError} when braces do not pair, or there are more than 1024.
 */
export function expandBraces(tokens: readonly GlobToken[]): PlainToken[][] {
  const { alternatives, next } = expandFrom(tokens, 0, 0)
  if (next < tokens.length) throw new GlobSyntaxError('has a } without its {')
  return alternatives
}

interface Expansion {
  readonly alternatives: PlainToken[][]
  /** Index of the first token that was not used. */
  readonly next: number
}

const MAX_BRACE_DEPTH = 16

function expandFrom(tokens: readonly GlobToken[], start: number, depth: number): Expansion {
  if (depth > MAX_BRACE_DEPTH) throw new GlobSyntaxError(`nests braces deeper than ${MAX_BRACE_DEPTH}`)
  const finished: PlainToken[][] = []
  let current: PlainToken[][] = [[]]
  let at = start
  for (; at < tokens.length; at++) {
    const token = tokens[at] as GlobToken
    if (token.kind === 'close') break
    if (token.kind === 'comma') {
      finished.push(...current)
      current = [[]]
    } else if (token.kind === 'open') {
      const inner = expandFrom(tokens, at + 1, depth + 1)
      if (tokens[inner.next] === undefined) throw new GlobSyntaxError('has a { without its }')
      limitAlternatives(current.length * inner.alternatives.length)
      current = current.flatMap((before) => inner.alternatives.map((middle) => [...before, ...middle]))
      at = inner.next
    } else {
      for (const alternative of current) alternative.push(token)
    }
    limitAlternatives(finished.length + current.length)
  }
  return { alternatives: [...finished, ...current], next: at }
}

function limitAlternatives(count: number): void {
  if (count > MAX_ALTERNATIVES) throw new GlobSyntaxError(`stands for more than ${MAX_ALTERNATIVES} patterns`)
}
