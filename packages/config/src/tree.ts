import type { Place } from './place.js'

/*
 * A TOML document as values that know their place. Tables are Maps, so that no key is special: `__proto__` is a
 * key like any other.
 */

export type TreeNode = TableNode | ListNode | ScalarNode

export interface TableNode {
  readonly kind: 'table'
  readonly place: Place
  readonly entries: Map<string, TreeNode>
}

export interface ListNode {
  readonly kind: 'list'
  readonly place: Place
  readonly items: TreeNode[]
}

export type ScalarNode = { readonly place: Place } & (
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float' }
  | { readonly kind: 'date' }
)

export function emptyTable(place: Place): TableNode {
  return { kind: 'table', place, entries: new Map() }
}

/** `node` as it is named in "must be a string, not …". */
export function describeNode(node: TreeNode): string {
  switch (node.kind) {
    case 'table':
      return 'a table'
    case 'list':
      return 'an array'
    case 'string':
      return quote(node.value)
    case 'boolean':
    case 'integer':
      return String(node.value)
    case 'float':
      return 'a number with a fraction'
    case 'date':
      return 'a date or time'
  }
}

/** Longer texts are cut in messages. */
const QUOTED_LENGTH = 80

export function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text)
}
