import type { CharacterPattern } from './glob-tokens.js'
import { matchesCharacter, type GlobComponent } from './globs.js'
import { ANY_RUN, matchesSequence } from './sequence-match.js'

type NamePattern = readonly (CharacterPattern | typeof ANY_RUN)[]

/** A part of a name: the text of it, and where the part begins and ends. */
type PartTest = (name: string, from: number, to: number) => boolean

/**
 * Whether a name is what `component` stands for, as a function that is made once and asked about every name of a tree: it compares
 * the literal parts of the pattern as whole texts, which settles nearly all names at their first or last character.
 */
export function nameTest(component: GlobComponent): (name: string) => boolean {
  if (component.kind === 'name') return (name) => name === component.text
  const { characters } = component
  const leading = leadingLiterals(characters)
  const trailing = leadingLiterals(characters.slice(leading.length).toReversed()).toReversed()
  const isMiddle = partTest(characters.slice(leading.length, characters.length - trailing.length))
  const start = leading.join('')
  const end = trailing.join('')
  const first = start.charCodeAt(0)
  const last = end.charCodeAt(end.length - 1)
  return (name) =>
    // Start and end must not share a character.
    name.length >= start.length + end.length &&
    (end === '' || (name.charCodeAt(name.length - 1) === last && name.endsWith(end))) &&
    (start === '' || (name.charCodeAt(0) === first && name.startsWith(start))) &&
    isMiddle(name, start.length, name.length - end.length)
}

/** A test for what neither begins nor ends with a literal. */
function partTest(pattern: NamePattern): PartTest {
  const texts = textsBetweenRuns(pattern)
  if (texts === undefined) {
    return (name, from, to) => matchesSequence(pattern, [...name.slice(from, to)], matchesCharacter)
  }
  return (name, from, to) => {
    let at = from
    for (const text of texts) {
      const found = name.indexOf(text, at)
      if (found === -1) return false
      at = found + text.length
    }
    return at <= to
  }
}

/** `['a', 'bc']` for `*a*bc*`; `undefined` when the pattern is not of that form. */
function textsBetweenRuns(pattern: NamePattern): string[] | undefined {
  if (pattern[0] !== ANY_RUN) return undefined
  const texts: string[] = []
  let text = ''
  for (const element of pattern) {
    if (element === ANY_RUN) {
      if (text !== '') texts.push(text)
      text = ''
    } else if (element.kind === 'literal') text += element.character
    else return undefined
  }
  return texts
}

function leadingLiterals(characters: NamePattern): string[] {
  const literals: string[] = []
  for (const element of characters) {
    if (element === ANY_RUN || element.kind !== 'literal') break
    literals.push(element.character)
  }
  return literals
}
