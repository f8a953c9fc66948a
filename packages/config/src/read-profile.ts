import type { AbsolutePath } from '@linux-sandbox/policy'
import { readPath, type ReadContext } from './path-text.js'
import type { ProfileDefinition, WorkspaceRoot } from './profile-entries.js'
import { readFileSystem } from './read-file-system.js'
import { readNetwork } from './read-network.js'
import { checkKeys, describePlace, readBoolean, readString, readTable } from './readers.js'
import type { TableNode, TreeNode } from './tree.js'

/* `[permissions]`. */

const PROFILE_KEYS = ['description', 'extends', 'workspace_roots', 'filesystem', 'network']

/** Every profile of the table `[permissions]` whose name can be used. */
export function readProfiles(node: TreeNode | undefined, context: ReadContext): ProfileDefinition[] {
  const table = readTable(node, context.issues)
  return [...(table?.entries ?? [])].flatMap(([name, inner]) => {
    const problem = nameProblem(name)
    if (problem !== undefined) context.issues.add(inner.place, problem)
    const definition = readTable(inner, context.issues)
    return definition === undefined || problem !== undefined ? [] : [readProfile(name, definition, context)]
  })
}

function nameProblem(name: string): string | undefined {
  if (name === '') return 'a profile needs a name'
  if (name.startsWith(':')) return 'names that begin with ":" are reserved for built-in profiles'
  if (/\p{Cc}|\p{Surrogate}/u.test(name)) return 'the name of a profile must not contain control characters'
  return undefined
}

function readProfile(name: string, table: TableNode, context: ReadContext): ProfileDefinition {
  const { issues } = context
  checkKeys(table, PROFILE_KEYS, issues)
  const { entries, place } = table
  return {
    name,
    place,
    description: readString(entries.get('description'), issues)?.value,
    parent: readString(entries.get('extends'), issues),
    roots: readWorkspaceRoots(entries.get('workspace_roots'), context),
    ...readFileSystem(readTable(entries.get('filesystem'), issues), context),
    network: readNetwork(entries.get('network'), issues),
  }
}

function readWorkspaceRoots(
  node: TreeNode | undefined,
  context: ReadContext,
): Map<AbsolutePath, WorkspaceRoot> {
  const roots = new Map<AbsolutePath, WorkspaceRoot>()
  for (const [key, inner] of readTable(node, context.issues)?.entries ?? []) {
    const { place } = inner
    const path = readPath(key, place, context)
    const enabled = readBoolean(inner, context.issues)
    if (path === undefined || enabled === undefined) continue
    const known = roots.get(path)
    if (known === undefined) roots.set(path, { enabled, place })
    else context.issues.add(place, `${path} is given twice, here and at ${describePlace(known.place)}`)
  }
  return roots
}
