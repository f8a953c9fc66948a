import type { Decision } from './decision.js'

/** Longest value in a line, in characters. */
const VALUE_LENGTH_MAX = 1024

/**
 * One line of JSON, with a line feed at its end. Printable ASCII only, so that no value can move a cursor or start a line; values are cut
 * at 1024 characters.
 */
export function formatDecision(decision: Decision): string {
  const json = JSON.stringify(decision, (_key, value: unknown) =>
    typeof value === 'string' && value.length > VALUE_LENGTH_MAX
      ? `${value.slice(0, VALUE_LENGTH_MAX)}...`
      : value,
  )
  return `${json.replace(/[^ -~]/g, escaped)}\n`
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
