/** One line of a git configuration. Sections and names are in lower case, as git compares them. */
export interface ConfigValue {
  readonly section: string
  readonly subsection: string
  readonly name: string
  readonly value: string
}

const HEADER = /^\[\s*(?<section>[\w.-]+)\s*(?:"(?<subsection>(?:[^"\\]|\\.)*)")?\s*\]/
const ASSIGNMENT = /^(?<name>[A-Za-z][\w-]*)\s*=\s*(?<value>.*)$/

/**
 * What a configuration file of git sets, as far as it can be read: a line that means nothing is passed over, because git refuses
 * the whole file then. A name without a value is left out.
 *
 * @see git-config(1), CONFIGURATION FILE, Syntax
 */
export function parseGitConfig(text: string): ConfigValue[] {
  const values: ConfigValue[] = []
  const joined = text.includes('\\') ? text.replaceAll(/\\\r?\n/g, '') : text
  let section = ''
  let subsection = ''
  for (const line of joined.split('\n')) {
    let rest = line.trim()
    const header = rest.startsWith('[') ? HEADER.exec(rest) : null
    if (header !== null) {
      section = (header.groups?.['section'] ?? '').toLowerCase()
      subsection = (header.groups?.['subsection'] ?? '').replaceAll(/\\(.)/g, '$1')
      rest = rest.slice(header[0].length).trim()
    }
    const { name, value } = ASSIGNMENT.exec(rest)?.groups ?? {}
    if (name === undefined || value === undefined) continue
    values.push({ section, subsection, name: name.toLowerCase(), value: unquoted(value) })
  }
  return values
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b' }

function unquoted(text: string): string {
  if (!/["\\#;]/.test(text)) return text
  let value = ''
  let kept = 0
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '"') isQuoted = !isQuoted
    else if (character === '\\') {
      const escaped = text.charAt(++at)
      value += ESCAPES[escaped] ?? escaped
    } else if (!isQuoted && (character === '#' || character === ';')) break
    else value += character
    if (isQuoted || character.trim() !== '') kept = value.length
  }
  return value.slice(0, kept)
}
