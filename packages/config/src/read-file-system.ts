import { globProblem, joinPath, type AbsolutePath, type Access } from '@linux-sandbox/policy'
import { isPathText, readHome, readPath, type ReadContext } from './path-text.js'
import { isPattern, patternBelow, relativePatternProblem, subpathProblem } from './patterns.js'
import type { IssueList, Place } from './place.js'
import { targetKey, type EntryMap, type Target } from './profile-entries.js'
import { describePlace, readChoice, unknownKey } from './readers.js'
import { describeNode, type TableNode, type TreeNode } from './tree.js'

/* `[permissions.<name>.filesystem]`. */

const DEPTH_KEY = 'glob_scan_max_depth'
const WORKSPACE_KEY = ':workspace_roots'

const SPECIALS = {
  ':root': 'root',
  ':minimal': 'minimal',
  ':tmpdir': 'tmpdir',
  ':slash_tmp': 'slash_tmp',
} as const

const KNOWN_KEYS = [...Object.keys(SPECIALS), WORKSPACE_KEY, DEPTH_KEY]

const ACCESS_WORDS = ['read', 'write', 'deny', 'none'] as const

/** The whole of a directory, written as a pattern: the one pattern that may grant. */
const EVERYTHING_BELOW = '/**'

const DENY_ONLY = 'a pattern can only be given "deny"; give a directory itself, or end it in /**'

export interface FileSystemTable {
  readonly entries: EntryMap
  readonly globScanMaxDepth: number | undefined
}

export function readFileSystem(table: TableNode | undefined, context: ReadContext): FileSystemTable {
  const entries: EntryMap = new Map()
  for (const [key, node] of table?.entries ?? []) {
    if (key !== DEPTH_KEY) readKey(key, node, { ...context, entries })
  }
  return { entries, globScanMaxDepth: readDepth(table?.entries.get(DEPTH_KEY), context.issues) }
}

interface EntryContext extends ReadContext {
  readonly entries: EntryMap
}

/** What a key of the table stands for. */
interface Base {
  /** A path in it, `''` for itself. */
  readonly target: (subpath: string) => Target
  readonly pattern: (pattern: string) => Target
  /** Whether it may be a table. */
  readonly hasSubpaths: boolean
}

function readKey(key: string, node: TreeNode, context: EntryContext): void {
  if (isPathText(key) && isPattern(key)) {
    readPatternKey(key, node, context)
    return
  }
  const base = baseOf(key, node.place, context)
  if (base === undefined) return
  if (node.kind !== 'table') {
    addEntry(base.target(''), node, context)
    return
  }
  for (const [subpath, inner] of node.entries) readSubpath({ key, subpath, base }, inner, context)
}

function baseOf(key: string, place: Place, context: ReadContext): Base | undefined {
  if (key === WORKSPACE_KEY) {
    return {
      target: (subpath) => ({ kind: 'workspace', subpath }),
      pattern: (pattern) => ({ kind: 'workspace-pattern', pattern }),
      hasSubpaths: true,
    }
  }
  const special = Object.entries(SPECIALS).find(([name]) => name === key)?.[1]
  if (special !== undefined) {
    const target: Target = { kind: 'special', special }
    return { target: () => target, pattern: () => target, hasSubpaths: false }
  }
  if (!isPathText(key)) {
    context.issues.add(place, unknownFileSystemKey(key))
    return undefined
  }
  const path = readPath(key, place, context)
  return path === undefined ? undefined : pathBase(path)
}

function pathBase(path: AbsolutePath): Base {
  return {
    target: (subpath) => ({ kind: 'path', path: joinPath(path, subpath) }),
    pattern: (pattern) => ({ kind: 'pattern', pattern: patternBelow(path, pattern) }),
    hasSubpaths: true,
  }
}

function unknownFileSystemKey(key: string): string {
  if (key === ':project_roots') return 'is not accepted; write ":workspace_roots"'
  if (key.startsWith('~')) return 'must be ~ or begin with ~/; homes of other users are not looked up'
  if (key.startsWith(':')) return unknownKey(key, KNOWN_KEYS)
  return `${unknownKey(key, KNOWN_KEYS)}; a path must be absolute or begin with ~/`
}

function readPatternKey(key: string, node: TreeNode, context: EntryContext): void {
  const { issues, entries } = context
  if (node.kind === 'table') {
    issues.add(node.place, 'is a pattern, which can have no table; write the whole pattern as one key')
    return
  }
  const access = readAccess(node, issues)
  if (access === undefined) return
  if (access !== 'deny') {
    const directory = key.endsWith(EVERYTHING_BELOW) ? key.slice(0, -EVERYTHING_BELOW.length) || '/' : key
    if (isPattern(directory)) {
      issues.add(node.place, DENY_ONLY)
      return
    }
    const path = readPath(directory, node.place, context)
    if (path !== undefined) insert(entries, { kind: 'path', path }, { access, place: node.place }, issues)
    return
  }
  const home = key.startsWith('~') ? readHome(node.place, context) : undefined
  if (home === undefined && key.startsWith('~')) return
  const pattern = home === undefined ? key : patternBelow(home, key.slice('~/'.length))
  const problem = globProblem(pattern)
  if (problem !== undefined) issues.add(node.place, problem)
  else insert(entries, { kind: 'pattern', pattern }, { access, place: node.place }, issues)
}

interface Subpath {
  readonly key: string
  readonly subpath: string
  readonly base: Base
}

function readSubpath({ key, subpath, base }: Subpath, node: TreeNode, context: EntryContext): void {
  const { issues, entries } = context
  const { place } = node
  if (subpath === '.') {
    addEntry(base.target(''), node, context)
    return
  }
  if (!base.hasSubpaths) {
    issues.add(place, `${key} has no paths in it; only "." is a key here`)
    return
  }
  const access = readAccess(node, issues)
  if (access === undefined) return
  if (isPattern(subpath) && access === 'deny') {
    const problem = relativePatternProblem(subpath)
    if (problem === undefined) insert(entries, base.pattern(subpath), { access, place }, issues)
    else issues.add(place, problem)
    return
  }
  const directory = subpath.endsWith(EVERYTHING_BELOW) ? subpath.slice(0, -EVERYTHING_BELOW.length) : subpath
  const problem = isPattern(directory) ? DENY_ONLY : subpathProblem(directory)
  if (problem === undefined) insert(entries, base.target(directory), { access, place }, issues)
  else issues.add(place, problem)
}

function addEntry(target: Target, node: TreeNode, { entries, issues }: EntryContext): void {
  const access = readAccess(node, issues)
  if (access !== undefined) insert(entries, target, { access, place: node.place }, issues)
}

function readAccess(node: TreeNode, issues: IssueList): Access | undefined {
  const word = readChoice(node, ACCESS_WORDS, issues)?.value
  return word === 'none' ? 'deny' : word
}

interface AccessAt {
  readonly access: Access
  readonly place: Place
}

function insert(entries: EntryMap, target: Target, { access, place }: AccessAt, issues: IssueList): void {
  const key = targetKey(target)
  const known = entries.get(key)
  if (known === undefined) entries.set(key, { target, access, place })
  else issues.add(place, `${key} is given twice, here and at ${describePlace(known.place)}`)
}

function readDepth(node: TreeNode | undefined, issues: IssueList): number | undefined {
  if (node === undefined) return undefined
  const isDepth = node.kind === 'integer' && node.value >= 1n && node.value <= BigInt(Number.MAX_SAFE_INTEGER)
  if (isDepth) return Number(node.value)
  issues.add(node.place, `must be an integer and at least 1, not ${describeNode(node)}`)
  return undefined
}
