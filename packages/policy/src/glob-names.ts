import type { CharacterPattern } from './glob-tokens.js'
import { matchesCharacter, type GlobComponent } from './globs.js'
import { ANY_RUN, matchesSequence } from './sequence-match.js'

/**
 * Whether a name is what `component` stands for, as a function that is made once and asked about every name of a tree: it compares
 * the literal ends of the pattern first, which settles most names.
 */
export function nameTest(component: GlobComponent): (name: string) => boolean {
  if (component.kind === 'name') return (name) => name === component.text
  const { characters } = component
  const start = leadingLiterals(characters)
  const end = leadingLiterals(characters.slice(start.length).toReversed()).toReversed()
  const middle = characters.slice(start.length, characters.length - end.length)
  const startText = start.join('')
  const endText = end.join('')
  const isMiddle =
    middle.length > 0 && middle.every((element) => element === ANY_RUN)
      ? () => true
      : (text: string) => matchesSequence(middle, [...text], matchesCharacter)
  return (name) =>
    // Start and end must not share a character.
    name.length >= startText.length + endText.length &&
    name.endsWith(endText) &&
    name.startsWith(startText) &&
    isMiddle(name.slice(startText.length, name.length - endText.length))
}

function leadingLiterals(characters: readonly (CharacterPattern | typeof ANY_RUN)[]): string[] {
  const literals: string[] = []
  for (const element of characters) {
    if (element === ANY_RUN || element.kind !== 'literal') break
    literals.push(element.character)
  }
  return literals
}
