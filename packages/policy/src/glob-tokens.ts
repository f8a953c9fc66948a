/** One character of a path as a pattern sees it. */
export type CharacterPattern =
  | { readonly kind: 'literal'; readonly character: string }
  /** `?` */
  | { readonly kind: 'any' }
  /** `[a-z]`; both ends of a range belong to it. */
  | {
      readonly kind: 'class'
      readonly negated: boolean
      readonly ranges: readonly (readonly [string, string])[]
    }

/** A piece of the text of a glob. `/` is always its own token, so a pattern can be cut into components. */
export type GlobToken =
  | CharacterPattern
  | { readonly kind: 'star' }
  | { readonly kind: 'slash' }
  | { readonly kind: 'open' }
  | { readonly kind: 'comma' }
  | { readonly kind: 'close' }

/** Thrown inside the glob files only; `parseGlob` turns it into a value. */
export class GlobSyntaxError extends Error {}

/**
 * The tokens of `pattern`. A `[` that is not closed within its component is literal.
 *
 * @throws {GlobSyntaxError} when the pattern ends in a backslash or a range is reversed.
 */
export function tokenizeGlob(pattern: string): GlobToken[] {
  // By code points: `?` is one character, also outside the basic plane.
  const text = [...pattern]
  const tokens: GlobToken[] = []
  let braces = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string
    const classEnd = character === '[' ? findClassEnd(text, at) : undefined
    if (classEnd !== undefined) {
      tokens.push(parseClass(text.slice(at + 1, classEnd)))
      at = classEnd
    } else if (character === '\\') {
      at++
      const escaped = text[at]
      if (escaped === undefined) throw new GlobSyntaxError('ends in a backslash that escapes nothing')
      tokens.push(escaped === '/' ? { kind: 'slash' } : { kind: 'literal', character: escaped })
    } else {
      if (character === '{') braces++
      tokens.push(plainToken(character, braces > 0))
      if (character === '}') braces--
    }
  }
  return tokens
}

function plainToken(character: string, insideBraces: boolean): GlobToken {
  switch (character) {
    case '/':
      return { kind: 'slash' }
    case '*':
      return { kind: 'star' }
    case '?':
      return { kind: 'any' }
    case '{':
      return { kind: 'open' }
    case '}':
      return { kind: 'close' }
    case ',':
      return insideBraces ? { kind: 'comma' } : { kind: 'literal', character }
    default:
      return { kind: 'literal', character }
  }
}

function findClassEnd(text: readonly string[], open: number): number | undefined {
  let at = open + 1
  if (text[at] === '!' || text[at] === '^') at++
  // A `]` in the first place is a member of the class.
  if (text[at] === ']') at++
  while (at < text.length && text[at] !== '/') {
    if (text[at] === ']') return at
    at++
  }
  return undefined
}

function parseClass(inner: readonly string[]): GlobToken {
  const negated = inner[0] === '!' || inner[0] === '^'
  const members = negated ? inner.slice(1) : inner
  const ranges: [string, string][] = []
  for (let at = 0; at < members.length; at++) {
    const from = members[at] as string
    const to = members[at + 2]
    if (members[at + 1] !== '-' || to === undefined) {
      ranges.push([from, from])
      continue
    }
    if (codePoint(from) > codePoint(to)) throw new GlobSyntaxError(`has the reversed range ${from}-${to}`)
    ranges.push([from, to])
    at += 2
  }
  return { kind: 'class', negated, ranges }
}

export function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0
}
