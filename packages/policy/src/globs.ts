import { expandBraces } from './glob-alternatives.js'
import { codePoint, GlobSyntaxError, tokenizeGlob, type CharacterPattern } from './glob-tokens.js'
import { pathComponents, pathTextProblem, ROOT_PATH, type AbsolutePath } from './path.js'
import { ANY_RUN, matchesSequence } from './sequence-match.js'

/*
 * What a deny glob matches. `*` and `?` stay within a component, `**` as a whole component is any number of
 * them, `[a-z]` and `[!a-z]` are one character other than `/`, `{a,b}` is either, a backslash makes the next
 * character literal. Hidden names are like all others.
 *
 * Finding what a glob matches on a disk is not done here: it needs a view of the disk.
 */

/** What one name of a path must be: exactly `text`, or of the form `characters`. */
export type GlobComponent =
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'pattern'; readonly characters: readonly (CharacterPattern | typeof ANY_RUN)[] }

/** One brace-free form of a glob, component by component from `/`. `ANY_RUN` is `**`. */
export type GlobAlternative = readonly (GlobComponent | typeof ANY_RUN)[]

/** Why `pattern` is malformed, as a phrase; `undefined` when it is a glob. */
export function globProblem(pattern: string): string | undefined {
  if (pattern === '') return 'must not be an empty pattern'
  const problem = pathTextProblem(pattern)
  if (problem !== undefined) return problem
  try {
    compile(pattern, ROOT_PATH)
    return undefined
  } catch (error) {
    if (error instanceof GlobSyntaxError) return `is a malformed pattern: it ${error.message}`
    throw error
  }
}

/**
 * What `pattern` matches; a relative one is below `base`, whose own characters are literal.
 *
 * @throws {TypeError} when the pattern is malformed, see `globProblem`.
 */
export function compileGlob(pattern: string, base: AbsolutePath): readonly GlobAlternative[] {
  const problem = globProblem(pattern)
  if (problem !== undefined) throw new TypeError(`${JSON.stringify(pattern)} ${problem}`)
  return compile(pattern, base)
}

function compile(pattern: string, base: AbsolutePath): GlobAlternative[] {
  return expandBraces(tokenizeGlob(pattern)).map((tokens) => {
    const pieces = splitComponents(tokens)
    const isAbsolute = tokens[0]?.kind === 'slash'
    const start = isAbsolute
      ? []
      : pathComponents(base).map((text): GlobComponent => ({ kind: 'name', text }))
    return endInName(pieces.reduce(appendComponent, start))
  })
}

/** Whether one of `alternatives` matches `path` itself; matches above it do not count. */
export function matchesGlob(alternatives: readonly GlobAlternative[], path: AbsolutePath): boolean {
  const components = pathComponents(path)
  return alternatives.some((alternative) => matchesSequence(alternative, components, matchesComponent))
}

function matchesComponent(component: GlobComponent, name: string): boolean {
  if (component.kind === 'name') return component.text === name
  return matchesSequence(component.characters, [...name], matchesCharacter)
}

/** Whether one character, a whole code point, is one that `pattern` stands for. */
export function matchesCharacter(pattern: CharacterPattern, character: string): boolean {
  switch (pattern.kind) {
    case 'literal':
      return pattern.character === character
    case 'any':
      return true
    case 'class': {
      const code = codePoint(character)
      const isMember = pattern.ranges.some(([from, to]) => codePoint(from) <= code && code <= codePoint(to))
      return isMember !== pattern.negated
    }
  }
}

type ComponentToken = CharacterPattern | { readonly kind: 'star' }

function splitComponents(
  tokens: readonly (ComponentToken | { readonly kind: 'slash' })[],
): ComponentToken[][] {
  const components: ComponentToken[][] = [[]]
  for (const token of tokens) {
    if (token.kind === 'slash') components.push([])
    else components.at(-1)?.push(token)
  }
  return components
}

function appendComponent(
  before: readonly (GlobComponent | typeof ANY_RUN)[],
  tokens: readonly ComponentToken[],
): (GlobComponent | typeof ANY_RUN)[] {
  const isDoubleStar = tokens.length === 2 && tokens.every(({ kind }) => kind === 'star')
  if (isDoubleStar) return [...before, ANY_RUN]
  if (!tokens.every((token) => token.kind === 'literal')) {
    const characters = tokens.map((token) => (token.kind === 'star' ? ANY_RUN : token))
    return [...before, { kind: 'pattern', characters }]
  }
  const text = tokens.map(({ character }) => character).join('')
  if (text === '' || text === '.') return [...before]
  if (text !== '..') return [...before, { kind: 'name', text }]
  const last = before.at(-1)
  if (last === undefined || (last !== ANY_RUN && last.kind === 'name')) return before.slice(0, -1)
  throw new GlobSyntaxError('goes up by .. from a wildcard')
}

/** What ends in `**` is below its directory and not the directory itself. */
function endInName(components: GlobAlternative): GlobAlternative {
  if (components.at(-1) !== ANY_RUN) return components
  return [...components, { kind: 'pattern', characters: [ANY_RUN] }]
}
