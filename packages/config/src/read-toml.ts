import { ParseError, parseTOML, type AST } from 'toml-eslint-parser'
import type { Place } from './place.js'
import { emptyTable, type TableNode, type TreeNode } from './tree.js'

/** Of TOML 1.1, the newest version. */
const TOML_VERSION = '1.1'

/** Why a text is no TOML. */
export interface SyntaxProblem {
  readonly message: string
  /** From 1. */
  readonly line?: number
  /** From 1. */
  readonly column?: number
}

export type TomlResult<Value> = { readonly value: Value } | { readonly problem: SyntaxProblem }

/** The document `text`, or the first thing that makes it no TOML. */
export function readToml(text: string): TomlResult<TableNode> {
  return parse(text, ({ body }) => {
    const root = emptyTable({ path: [] })
    for (const node of body) {
      if (node.type === 'TOMLKeyValue') addKeyValue(root, node, positionIn)
      else addTable(root, node)
    }
    return root
  })
}

/** The keys in `text`, which is what stands before `=`: `['a', 'b c']` for `a."b c"`. */
export function readTomlKey(text: string): TomlResult<string[]> {
  return parse(`${text}=0`, ({ body: [node] }) => {
    if (node?.type !== 'TOMLKeyValue') return undefined
    return node.key.keys.map((key) => keyName(key))
  })
}

/** The value `text`, at `place`. */
export function readTomlValue(text: string, place: Place): TomlResult<TreeNode> {
  return parse(`value=${text}`, ({ body: [node, ...others] }) => {
    if (node?.type !== 'TOMLKeyValue' || others.length > 0) return undefined
    return toTree(node.value, place, () => (place.override === undefined ? {} : { override: place.override }))
  })
}

function parse<Value>(
  text: string,
  convert: (table: AST.TOMLTopLevelTable) => Value | undefined,
): TomlResult<Value> {
  const problem = carriageReturnProblem(text)
  if (problem !== undefined) return { problem }
  try {
    const value = convert(parseTOML(text.replace(/^\uFEFF/, ''), { tomlVersion: TOML_VERSION }).body[0])
    return value === undefined ? { problem: { message: 'must be a single value' } } : { value }
  } catch (error) {
    if (error instanceof ParseError)
      return {
        problem: { message: lowerFirst(error.message), line: error.lineNumber, column: error.column + 1 },
      }
    // The parser calls itself for each level, and passes the characters of a string as arguments.
    if (error instanceof RangeError)
      return { problem: { message: 'is nested too deeply, or has a string that is too long' } }
    throw error
  }
}

/** The parser takes a carriage return alone for the end of a line. TOML does not, and an editor shows no new line. */
function carriageReturnProblem(text: string): SyntaxProblem | undefined {
  const index = text.search(/\r(?!\n)/)
  if (index === -1) return undefined
  const lines = text.slice(0, index).split('\n')
  return {
    message: 'has a carriage return that no line feed follows',
    line: lines.length,
    column: (lines.at(-1) ?? '').length + 1,
  }
}

function lowerFirst(message: string): string {
  return message.slice(0, 1).toLowerCase() + message.slice(1)
}

type Position = Omit<Place, 'path'>
type PositionOf = (node: AST.TOMLNode) => Position

function positionIn({ loc }: AST.TOMLNode): Position {
  return { line: loc.start.line, column: loc.start.column + 1 }
}

function addTable(root: TableNode, { key, resolvedKey, body }: AST.TOMLTable): void {
  let node: TreeNode = root
  let path: Place['path'] = []
  let position: Position = {}
  const parts = [...key.keys]
  for (const step of resolvedKey) {
    path = [...path, step]
    const part = typeof step === 'string' ? parts.shift() : undefined
    if (part !== undefined) position = positionIn(part)
    const next: TreeNode | undefined = childOf(node, step)
    // What follows in the path tells a table from an array of tables.
    const isList = typeof resolvedKey[path.length] === 'number'
    node = next ?? addChild(node, step, isList, { path, ...position })
  }
  if (node.kind !== 'table') return
  for (const keyValue of body) addKeyValue(node, keyValue, positionIn)
}

function childOf(node: TreeNode, step: string | number): TreeNode | undefined {
  if (node.kind === 'table' && typeof step === 'string') return node.entries.get(step)
  return node.kind === 'list' && typeof step === 'number' ? node.items[step] : undefined
}

function addChild(node: TreeNode, step: string | number, isList: boolean, place: Place): TreeNode {
  const child: TreeNode = isList ? { kind: 'list', place, items: [] } : emptyTable(place)
  if (node.kind === 'table') node.entries.set(String(step), child)
  else if (node.kind === 'list') node.items.push(child)
  return child
}

function addKeyValue(table: TableNode, { key, value }: AST.TOMLKeyValue, positionOf: PositionOf): void {
  let target = table
  const last = key.keys.length - 1
  for (const [index, part] of key.keys.entries()) {
    const name = keyName(part)
    const place = { path: [...target.place.path, name], ...positionOf(part) }
    if (index === last) {
      target.entries.set(name, toTree(value, place, positionOf))
      return
    }
    const known = target.entries.get(name)
    const inner = known?.kind === 'table' ? known : emptyTable(place)
    target.entries.set(name, inner)
    target = inner
  }
}

function keyName(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value
}

function toTree(node: AST.TOMLContentNode, place: Place, positionOf: PositionOf): TreeNode {
  switch (node.type) {
    case 'TOMLValue':
      return scalar(node, place)
    case 'TOMLArray': {
      const items = node.elements.map((element, index) =>
        toTree(element, { path: [...place.path, index], ...positionOf(element) }, positionOf),
      )
      return { kind: 'list', place, items }
    }
    case 'TOMLInlineTable': {
      const table = emptyTable(place)
      for (const keyValue of node.body) addKeyValue(table, keyValue, positionOf)
      return table
    }
  }
}

function scalar(node: AST.TOMLValue, place: Place): TreeNode {
  switch (node.kind) {
    case 'string':
      return { kind: 'string', value: node.value, place }
    case 'boolean':
      return { kind: 'boolean', value: node.value, place }
    case 'integer':
      return { kind: 'integer', value: node.bigint, place }
    case 'float':
      return { kind: 'float', place }
    default:
      return { kind: 'date', place }
  }
}
