import type { IssueList, Place } from './place.js'
import { readTomlKey, readTomlValue } from './read-toml.js'
import { SHORT_KEYS } from './settings.js'
import { describeNode, emptyTable, quote, type TableNode, type TreeNode } from './tree.js'

/** A key that an override sets, and its value. */
interface Override {
  readonly keys: readonly string[]
  readonly value: TreeNode
}

/**
 * Sets in `root` what each of `overrides`, `key=value`, says; later ones win. The key is as in TOML; the value is
 * TOML where it can be read as such, else the text itself.
 */
export function applyOverrides(root: TableNode, overrides: readonly string[], issues: IssueList): void {
  for (const text of overrides) {
    const override = parseOverride(text, issues)
    if (override !== undefined) setValue(root, override, issues)
  }
}

function parseOverride(text: string, issues: IssueList): Override | undefined {
  const here = { path: [], override: text }
  const equals = equalsSign(text)
  if (equals === undefined) {
    issues.add(here, 'must be of the form key=value')
    return undefined
  }
  const key = readTomlKey(text.slice(0, equals).trim())
  if ('problem' in key) {
    issues.add(
      here,
      `the key is no key of TOML, where a part such as "/repo" needs quotes: ${key.problem.message}`,
    )
    return undefined
  }
  const place: Place = { path: key.value, override: text }
  const valueText = text.slice(equals + 1).trim()
  const value = readTomlValue(valueText, place)
  return {
    keys: fullKey(key.value),
    value: 'problem' in value ? { kind: 'string', value: valueText, place } : value.value,
  }
}

function fullKey(keys: readonly string[]): readonly string[] {
  const [key, ...others] = keys
  return (others.length === 0 && SHORT_KEYS.get(key ?? '')) || keys
}

/** Index of the first `=` outside quotes. */
function equalsSign(text: string): number | undefined {
  const beforeEquals = /^(?:[^="']|"(?:[^"\\]|\\.)*"|'[^']*')*(?==)/.exec(text)
  return beforeEquals?.[0].length
}

function setValue(root: TableNode, { keys, value }: Override, issues: IssueList): void {
  let table = root
  for (const [index, key] of keys.slice(0, -1).entries()) {
    const place = { ...value.place, path: keys.slice(0, index + 1) }
    const next = table.entries.get(key) ?? emptyTable(place)
    if (next.kind !== 'table') {
      // To replace it by a table would silently drop what it says, maybe a denial.
      issues.add(place, `is ${describeNode(next)} already, so that no key can be set in it`)
      return
    }
    table.entries.set(key, next)
    table = next
  }
  const last = keys.at(-1)
  if (last === undefined) throw new TypeError(`no key in ${quote(value.place.override ?? '')}`)
  table.entries.set(last, value)
}
