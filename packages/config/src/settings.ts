import type { AbsolutePath } from '@linux-sandbox/policy'
import { readPath, type ReadContext } from './path-text.js'
import type { IssueList, Located, Place } from './place.js'
import type { ProfileDefinition } from './profile-entries.js'
import { readProfiles } from './read-profile.js'
import { checkKeys, readBoolean, readChoice, readString, readTable } from './readers.js'
import { describeNode, emptyTable, type TableNode, type TreeNode } from './tree.js'

/* The keys of the configuration, read and checked one by one. What they mean together is in load.ts. */

export const SANDBOX_MODES = ['read-only', 'workspace-write', 'danger-full-access'] as const

export type SandboxMode = (typeof SANDBOX_MODES)[number]

const BACKENDS = ['auto', 'bwrap', 'native'] as const

/** What confines commands; as the option of the same name. */
export type BackendName = (typeof BACKENDS)[number] | 'landlock'

export interface Settings {
  readonly defaultPermissions: Located<string> | undefined
  readonly sandboxMode: Located<SandboxMode> | undefined
  readonly workspaceWrite: WorkspaceWriteSettings | undefined
  readonly profiles: readonly ProfileDefinition[]
  readonly backend: BackendName
}

/** `[sandbox_workspace_write]`. */
export interface WorkspaceWriteSettings {
  readonly place: Place
  readonly writableRoots: readonly AbsolutePath[]
  readonly networkAccess: boolean
  readonly excludeTmpdir: boolean
  readonly excludeSlashTmp: boolean
}

const KEYS = [
  'default_permissions',
  'permissions',
  'sandbox_mode',
  'sandbox_workspace_write',
  'backend',
  'features',
]

const FEATURES = ['use_legacy_landlock', 'network_proxy']

const WORKSPACE_WRITE_KEYS = [
  'writable_roots',
  'network_access',
  'exclude_tmpdir_env_var',
  'exclude_slash_tmp',
]

/** `features.use_legacy_landlock` may also be written without `features`. */
export const SHORT_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['use_legacy_landlock', ['features', 'use_legacy_landlock']],
])

/** Moves what a document writes under a short key to where it belongs, so that an override of either finds it. */
export function moveShortKeys(root: TableNode, issues: IssueList): void {
  for (const name of SHORT_KEYS.keys()) {
    const node = root.entries.get(name)
    if (node === undefined) continue
    root.entries.delete(name)
    const features = root.entries.get('features') ?? emptyTable({ ...node.place, path: ['features'] })
    if (features.kind !== 'table') continue
    root.entries.set('features', features)
    if (features.entries.has(name)) issues.add(node.place, `is given as features.${name} too; keep one`)
    else features.entries.set(name, node)
  }
}

export function readSettings(root: TableNode, context: ReadContext): Settings {
  const { issues } = context
  checkKeys(root, [...KEYS, ...SHORT_KEYS.keys()], issues)
  const { entries } = root
  const features = readTable(entries.get('features'), issues)
  if (features !== undefined) checkKeys(features, FEATURES, issues)
  checkNetworkProxy(features?.entries.get('network_proxy'), issues)
  return {
    defaultPermissions: readString(entries.get('default_permissions'), issues),
    sandboxMode: readChoice(entries.get('sandbox_mode'), SANDBOX_MODES, issues),
    workspaceWrite: readWorkspaceWrite(entries.get('sandbox_workspace_write'), context),
    profiles: readProfiles(entries.get('permissions'), context),
    backend: readBackend(entries.get('backend'), features?.entries.get('use_legacy_landlock'), issues),
  }
}

function readBackend(
  named: TreeNode | undefined,
  landlock: TreeNode | undefined,
  issues: IssueList,
): BackendName {
  const backend = readChoice(named, BACKENDS, issues)
  if (readBoolean(landlock, issues) !== true) return backend?.value ?? 'auto'
  if (backend !== undefined) issues.add(backend.place, 'contradicts use_legacy_landlock = true; keep one')
  return 'landlock'
}

/** Elsewhere `domains` hold only with this feature. Here they always do. */
function checkNetworkProxy(node: TreeNode | undefined, issues: IssueList): void {
  if (node === undefined || readBoolean(node, issues) !== false) return
  issues.add(node.place, 'cannot be switched off: where a profile has domains, they hold; leave them out')
}

function readWorkspaceWrite(
  node: TreeNode | undefined,
  context: ReadContext,
): WorkspaceWriteSettings | undefined {
  const { issues } = context
  const table = readTable(node, issues)
  if (table === undefined) return undefined
  checkKeys(table, WORKSPACE_WRITE_KEYS, issues)
  const isTrue = (key: string): boolean => readBoolean(table.entries.get(key), issues) ?? false
  return {
    place: table.place,
    writableRoots: readPaths(table.entries.get('writable_roots'), context),
    networkAccess: isTrue('network_access'),
    excludeTmpdir: isTrue('exclude_tmpdir_env_var'),
    excludeSlashTmp: isTrue('exclude_slash_tmp'),
  }
}

function readPaths(node: TreeNode | undefined, context: ReadContext): AbsolutePath[] {
  if (node === undefined) return []
  if (node.kind !== 'list') {
    context.issues.add(node.place, `must be an array of paths, not ${describeNode(node)}`)
    return []
  }
  return node.items.flatMap((item) => {
    const text = readString(item, context.issues)
    const path = text && readPath(text.value, text.place, context)
    return path === undefined ? [] : [path]
  })
}
