import { absolutePath, resolvePolicy, type Access, type FileSystemEntry } from '@linux-sandbox/policy'
import { entryRules } from '../../src/entry-rules.ts'
import { addGlobRules } from '../../src/globs/glob-rules.ts'
import { cachedDiskView, type DiskView, type PlanNote } from '../../src/index.ts'
import { RuleSet } from '../../src/rules.ts'
import { memoryDisk, type DiskContent, type MemoryDisk } from '../memory-disk.ts'

export interface Case {
  readonly globs: readonly string[]
  readonly content: DiskContent
  /** Beside `/` read and `/w` write. */
  readonly entries?: Readonly<Record<string, Access>>
  readonly maxDepth?: number
  /** What lists a directory instead. */
  readonly readDirectory?: DiskView['readDirectory']
}

export interface Found {
  /** All rules that deny, by depth. */
  readonly denied: readonly string[]
  readonly notes: readonly PlanNote[]
  readonly disk: MemoryDisk
  readonly rules: RuleSet
}

/** What globs come to on a disk in memory. */
export function find({ globs, content, entries = {}, maxDepth, readDirectory }: Case): Found {
  const paths = Object.entries({ '/': 'read', '/w': 'write', ...entries } satisfies Record<string, Access>)
  const policy = resolvePolicy(
    {
      type: 'managed',
      file_system: {
        type: 'restricted',
        entries: [
          ...paths.map(([path, access]): FileSystemEntry => ({
            path: { type: 'path', path: absolutePath(path) },
            access,
          })),
          ...globs.map((pattern): FileSystemEntry => ({
            path: { type: 'glob_pattern', pattern },
            access: 'deny',
          })),
        ],
        ...(maxDepth === undefined ? {} : { glob_scan_max_depth: maxDepth }),
      },
      network: 'restricted',
    },
    { cwd: absolutePath('/w') },
  )
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') throw new Error('the policy restricts nothing')
  const disk = memoryDisk({ '/w': 'directory', ...content })
  const view = cachedDiskView(readDirectory === undefined ? disk : { ...disk, readDirectory })
  const { rules } = entryRules(fileSystem.entries, view)
  const notes = addGlobRules(rules, fileSystem.globs, { disk: view, maxDepth: fileSystem.globScanMaxDepth })
  const denied = rules.sorted().filter(({ access }) => access === 'deny')
  return { denied: denied.map(({ path }) => path), notes, disk, rules }
}
