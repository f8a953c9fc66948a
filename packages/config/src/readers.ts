import { unknownKeyIssues } from '@linux-sandbox/policy'
import type { IssueList, Located, Place } from './place.js'
import { describeNode, type TableNode, type TreeNode } from './tree.js'

/* Each gives what a node is, or adds an issue and gives `undefined`. An absent node is no issue. */

export function readTable(node: TreeNode | undefined, issues: IssueList): TableNode | undefined {
  if (node === undefined || node.kind === 'table') return node
  issues.add(node.place, `must be a table, not ${describeNode(node)}`)
  return undefined
}

export function readString(node: TreeNode | undefined, issues: IssueList): Located<string> | undefined {
  if (node === undefined) return undefined
  if (node.kind === 'string') return { value: node.value, place: node.place }
  issues.add(node.place, `must be a string, not ${describeNode(node)}`)
  return undefined
}

export function readBoolean(node: TreeNode | undefined, issues: IssueList): boolean | undefined {
  if (node === undefined) return undefined
  if (node.kind === 'boolean') return node.value
  issues.add(node.place, `must be true or false, not ${describeNode(node)}`)
  return undefined
}

export function readChoice<Choice extends string>(
  node: TreeNode | undefined,
  choices: readonly Choice[],
  issues: IssueList,
): Located<Choice> | undefined {
  if (node === undefined) return undefined
  const choice = choices.find((candidate) => node.kind === 'string' && node.value === candidate)
  if (choice !== undefined) return { value: choice, place: node.place }
  const expected = choices.map((candidate) => JSON.stringify(candidate)).join(', ')
  issues.add(node.place, `must be one of ${expected}, not ${describeNode(node)}`)
  return undefined
}

/** Adds an issue for each key of `table` that is not among `known`, with the one that was probably meant. */
export function checkKeys(table: TableNode, known: readonly string[], issues: IssueList): void {
  for (const [key, { place }] of table.entries) {
    if (!known.includes(key)) issues.add(place, unknownKey(key, known))
  }
}

/** What to say of `key`, which is not among `known`. */
export function unknownKey(key: string, known: readonly string[]): string {
  return unknownKeyIssues({ [key]: true }, known, [])[0]?.message ?? 'is unknown'
}

/** Where something is written, as a short text: `line 7`, `-c key=value`, or that it is elsewhere. */
export function describePlace({ line, override }: Place): string {
  if (override !== undefined) return `-c ${override}`
  return line === undefined ? 'elsewhere' : `line ${line}`
}
