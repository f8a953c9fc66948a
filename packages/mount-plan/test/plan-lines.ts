import {
  absolutePath,
  resolvePolicy,
  type Access,
  type EntryPath,
  type PermissionProfile,
} from '@linux-sandbox/policy'
import { planMounts, type MountOperation, type MountPlan, type PlanOptions } from '../src/index.ts'
import { memoryDisk, type DiskContent } from './memory-disk.ts'

/** Paths and what is granted there; one with a colon in front is special. */
export type Grants = Readonly<Record<string, Access>>

export function profile(grants: Grants, skip: readonly string[] = []): PermissionProfile {
  const entries = Object.entries(grants).map(([path, access]) => ({
    path: entryPath(path),
    access,
    ...(skip.includes(path) ? { missing_path_behavior: 'skip' as const } : {}),
  }))
  return { type: 'managed', file_system: { type: 'restricted', entries }, network: 'restricted' }
}

export interface PlanSetting extends PlanOptions {
  /** The paths in `grants` that only count where they exist. */
  readonly skip?: readonly string[]
}

/** The plan for `grants` on a disk with `content`; the working directory is `/w`. What git's rules add has tables of its own. */
export function plan(
  grants: Grants,
  content: DiskContent,
  { skip, ...options }: PlanSetting = {},
): MountPlan {
  const policy = resolvePolicy(profile(grants, skip), { cwd: absolutePath('/w') })
  const { operations, placeholders, notes, ...rest } = planMounts(policy, memoryDisk(content), options)
  return {
    ...rest,
    operations: operations.filter(({ cause }) => cause.kind !== 'git'),
    placeholders: placeholders.filter(({ cause }) => cause.kind !== 'git'),
    notes: notes.filter(({ kind }) => !kind.startsWith('git-')),
  }
}

function entryPath(text: string): EntryPath {
  if (text.startsWith(':')) return { type: 'special', value: { kind: text.slice(1) as 'root' } }
  return { type: 'path', path: absolutePath(text) }
}

/** One line for each operation, in the words of a reader. */
export function lines(operations: readonly MountOperation[]): string[] {
  return operations.map((operation) => {
    switch (operation.type) {
      case 'root':
        return `root ${operation.access}${operation.devices ? ' with devices' : ''}`
      case 'bind':
        return `${operation.access} ${operation.target}${operation.source === operation.target ? '' : ` from ${operation.source}`}`
      case 'mask-directory':
        return `mask ${operation.target}/${operation.traversable ? ' traversable' : ''}`
      case 'mask-file':
        return `mask ${operation.target}`
      case 'directory':
        return `directory ${operation.target} ${operation.mode.toString(8)}`
      case 'tmpfs':
        return `tmpfs ${operation.target} ${operation.mode.toString(8)}`
      case 'symlink':
        return `link ${operation.target} to ${operation.to}`
      case 'device':
        return `device ${operation.target}${operation.source === operation.target ? '' : ` from ${operation.source}`}`
      case 'remount-read-only':
        return `freeze ${operation.target}`
      default:
        return operation.type
    }
  })
}

/** What comes right after `/` in every plan. */
export const OWN_PLACES = ['dev', 'tmpfs /dev/shm 1777', 'freeze /dev', 'proc', 'freeze /proc']

/** What a plan for a policy starts with that reads everything. */
export const BASE = ['root read', ...OWN_PLACES]
