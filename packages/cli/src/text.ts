import { printable } from '@linux-sandbox/policy'

/** The lines of `text`, none wider than `width` unless a word is. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

export interface Row {
  readonly term: string
  readonly text: string
}

/** Terms on the left, what is said about them on the right; a term too wide for its column has a line of its own. */
export function columns(rows: readonly Row[], { term: width, line }: ColumnWidths): string[] {
  const indent = ' '.repeat(width + 4)
  return rows.flatMap(({ term, text }) => {
    const [first = '', ...others] = wrap(text, line - indent.length)
    const rest = others.map((one) => indent + one)
    if (term.length > width) return [`  ${term}`, indent + first, ...rest]
    return [`  ${term.padEnd(width)}  ${first}`, ...rest]
  })
}

export interface ColumnWidths {
  readonly term: number
  readonly line: number
}

/** `a, b or c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} or ${last}`
}

/** Our own words, some of which may be a path or a name of somebody else's. */
export function printableText(text: string): string {
  return text.split(' ').map(printable).join(' ')
}
