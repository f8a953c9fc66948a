import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** A fenced block of code in a document. */
export interface Block {
  /** File, from the root of the repository, and line of the fence. */
  readonly place: string
  readonly code: string
}

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '../../..')

/** Every block in `language` of every document that is written by hand. */
export function blocksIn(language: string): Block[] {
  return documents().flatMap((file) => blocksOf(file, language))
}

function documents(): string[] {
  const packages = readdirSync(join(ROOT, 'packages')).map((name) =>
    join(ROOT, 'packages', name, 'README.md'),
  )
  return [
    ...markdownIn(ROOT),
    ...markdownIn(join(ROOT, 'docs')),
    ...packages.filter((file) => existsSync(file)),
  ]
}

function markdownIn(directory: string): string[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.md'))
  return names.toSorted().map((name) => join(directory, name))
}

function blocksOf(file: string, language: string): Block[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map((match) => {
      const line = text.slice(0, match.index).split('\n').length
      return { place: `${relative(ROOT, file)}:${line}`, code: match[2] ?? '' }
    })
}
