import { PolicyInvalidError, type Issue } from '@linux-sandbox/errors'
import { createScanner, parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser'

/** Deeper documents are refused, so that no document can exhaust the stack. serde_json has the same limit. */
export const MAX_NESTING = 128

/** A JSON text that was read strictly: no comments, no trailing commas. */
export interface JsonDocument {
  readonly value: unknown
  /** One for each key that an object has twice: which of the two counts is a matter of the reader. */
  readonly issues: readonly Issue[]
  /** `issue` with the place of its path in the text, or of what is above it where the path leads nowhere. */
  locate(issue: Issue): Issue
}

/**
 * Reads `text` as JSON. `name` is what the document is called in errors.
 *
 * @throws {PolicyInvalidError} at the first place where the text is no JSON.
 */
export function readJsonDocument(text: string, name: string): JsonDocument {
  if (typeof text !== 'string') throw new TypeError(`${name} must be given as a string`)
  const tooDeep = findTooDeep(text)
  if (tooDeep !== undefined) {
    throw new PolicyInvalidError(name, [
      { path: [], message: `is nested deeper than ${MAX_NESTING} levels`, ...positionAt(text, tooDeep) },
    ])
  }
  const value = parseValue(text, name)
  return {
    value,
    issues: mayHaveDuplicateKeys(text, value) ? duplicateKeysOf(text) : [],
    locate: (issue) => ({
      ...issue,
      ...positionAt(text, findNode(parseTree(text), issue.path)?.offset ?? 0),
    }),
  }
}

/** Most documents have none, and then need no tree. Colons that only look like those of keys, in strings, make the answer `true`. */
function mayHaveDuplicateKeys(text: string, value: unknown): boolean {
  return countKeys(value) !== countOf(/"\s*:/g, text)
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const children: unknown[] = Object.values(value)
  let count = Array.isArray(value) ? 0 : children.length
  for (const child of children) count += countKeys(child)
  return count
}

function countOf(pattern: RegExp, text: string): number {
  return text.match(pattern)?.length ?? 0
}

function duplicateKeysOf(text: string): Issue[] {
  const root = parseTree(text)
  return root === undefined ? [] : duplicateKeys(root, [], text)
}

function parseValue(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PolicyInvalidError(name, [syntaxIssue(text)], { cause })
  }
}

/** Only the first: what a parser finds after it has lost its way is noise. */
function syntaxIssue(text: string): Issue {
  const errors: ParseError[] = []
  parseTree(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false })
  const first = errors.toSorted((a, b) => a.offset - b.offset)[0]
  if (first === undefined) return { path: [], message: 'is not JSON' }
  const words = printParseErrorCode(first.error).replaceAll(
    /(?!^)[A-Z]/g,
    (letter) => ` ${letter.toLowerCase()}`,
  )
  return { path: [], message: `is not JSON: ${words.toLowerCase()}`, ...positionAt(text, first.offset) }
}

/** `SyntaxKind` of jsonc-parser is a const enum, which a file compiled on its own cannot read. */
const TOKEN = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, endOfFile: 17 } as const

/** The scanner keeps no stack of its own, so it can look at what the parsers must not be given. */
function findTooDeep(text: string): number | undefined {
  if (countOf(/[[{]/g, text) <= MAX_NESTING) return undefined
  const scanner = createScanner(text, true)
  let depth = 0
  for (let token: number = scanner.scan(); token !== TOKEN.endOfFile; token = scanner.scan()) {
    if (token === TOKEN.openBrace || token === TOKEN.openBracket) depth++
    if (token === TOKEN.closeBrace || token === TOKEN.closeBracket) depth--
    if (depth > MAX_NESTING) return scanner.getTokenOffset()
  }
  return undefined
}

type Path = Issue['path']

function duplicateKeys(node: Node, path: Path, text: string): Issue[] {
  const children = node.children ?? []
  if (node.type === 'array')
    return children.flatMap((child, index) => duplicateKeys(child, [...path, index], text))
  const seen = new Set<string>()
  return children.flatMap((property) => {
    const [keyNode, valueNode] = property.children ?? []
    if (keyNode === undefined || valueNode === undefined) return []
    const key = String(keyNode.value)
    const inner = [...path, key]
    const twice = seen.has(key)
      ? [{ path: inner, message: 'is given twice', ...positionAt(text, keyNode.offset) }]
      : []
    seen.add(key)
    return [...twice, ...duplicateKeys(valueNode, inner, text)]
  })
}

/** The node at `path`, or the last one on the way there. Of a key given twice the last, as `JSON.parse` has it. */
function findNode(root: Node | undefined, path: Path): Node | undefined {
  let node = root
  for (const key of path) {
    const next =
      typeof key === 'number'
        ? node?.children?.[key]
        : node?.children?.findLast(({ children }) => children?.[0]?.value === key)?.children?.[1]
    if (next === undefined) return node
    node = next
  }
  return node
}

function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/)
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}
