import { applyOverrides } from './overrides.js'
import type { IssueList } from './place.js'
import { readToml } from './read-toml.js'
import { moveShortKeys } from './settings.js'
import { emptyTable, type TableNode } from './tree.js'

/** Where a configuration comes from. */
export interface ConfigurationSource {
  /** The file, if there is one. */
  readonly document?: ConfigurationDocument | undefined
  /** `key=value`, in the order in which they were given; later ones win, over the document too. */
  readonly overrides?: readonly string[] | undefined
}

export interface ConfigurationDocument {
  /** How errors call it, for example its path. */
  readonly name: string
  /** TOML. */
  readonly text: string
}

/** The document with the overrides in it. What is no TOML ends the reading, because nothing else can be told then. */
export function readTree({ document, overrides }: ConfigurationSource, issues: IssueList): TableNode {
  const root = readDocument(document, issues)
  moveShortKeys(root, issues)
  applyOverrides(root, overrides ?? [], issues)
  return root
}

function readDocument(document: ConfigurationDocument | undefined, issues: IssueList): TableNode {
  const result = readToml(document?.text ?? '')
  if ('value' in result) return result.value
  const { message, ...position } = result.problem
  issues.add({ path: [], ...position }, message)
  issues.throwIfAny()
  return emptyTable({ path: [] })
}
