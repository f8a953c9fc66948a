import { absolutePath, type Access } from '@linux-sandbox/policy'
import { addGitRules, type GitWrites } from '../../src/git/add-git-rules.ts'
import type { ScanLimits } from '../../src/git/scan.ts'
import { Layers, type Layer } from '../../src/layers.ts'
import { Placeholders } from '../../src/placeholders.ts'
import type { PlanNote } from '../../src/plan.ts'
import { RuleSet } from '../../src/rules.ts'
import { memoryDisk, type DiskContent } from '../memory-disk.ts'

export type Grants = Readonly<Record<string, Access>>

const NAMES = [
  'HEAD',
  'config',
  'hooks/a',
  'branches/a',
  'remotes/a',
  'config.worktree',
  'objects/a',
  'refs/a',
]

/** A git directory with all that a missing one would need a placeholder for, but for `commondir` and `modules`. */
export function gitDirectory(path: string): DiskContent {
  return Object.fromEntries(NAMES.map((name) => [`${path}/${name}`, { text: 'x' }]))
}

export const FULL: DiskContent = {
  ...gitDirectory('/w/.git'),
  '/w/.git/commondir': { text: '.\n#' },
  '/w/.git/modules/x/y': 'file',
  '/w/commondir': 'file',
  '/w/refs/x': 'file',
  '/w/objects': 'file',
}

export interface Outcome {
  /** The mounts: `+` after an access for a place that is only held where it is, `?` for one that may be gone by then. */
  readonly rules: readonly string[]
  readonly placeholders: readonly string[]
  readonly notes: readonly string[]
}

export interface Setting {
  readonly gitWrites?: GitWrites
  readonly grants?: Grants
  readonly limits?: ScanLimits
  readonly areMade?: boolean
}

export function outcome(content: DiskContent, setting: Setting = {}): Outcome {
  const { rules, disk, notes } = withGitRules(content, setting)
  return {
    rules: new Layers(rules, []).all.filter(({ cause }) => cause.kind === 'git').map(line),
    placeholders: disk
      .all()
      .map(({ path, content: text }) =>
        text === undefined ? `${path}/` : `${path} ${JSON.stringify(text)}`,
      ),
    notes: notes.map(({ kind, path }) => `${kind} ${path}`),
  }
}

export function withGitRules(
  content: DiskContent,
  { gitWrites = 'none', grants = { '/': 'read', '/w': 'write' }, limits, areMade = true }: Setting,
): { readonly rules: RuleSet; readonly disk: Placeholders; readonly notes: readonly PlanNote[] } {
  const rules = new RuleSet()
  for (const [path, access] of Object.entries(grants)) {
    const origin = { index: 0, spelling: path }
    rules.add({ path: absolutePath(path), access, cause: { kind: 'entry', origin } })
  }
  const disk = new Placeholders(memoryDisk(content), { areMade })
  const notes = addGitRules(gitWrites, { rules, disk, isGranted: () => false }, limits)
  return { rules, disk, notes }
}

function line({ path, access, below }: Layer): string {
  return `${access}${access === below?.access ? '+' : ''} ${path}`
}

export const NOTHING: Outcome = { rules: [], placeholders: [], notes: [] }

export interface Row {
  readonly why: string
  readonly content: DiskContent
  readonly grants?: Grants
  readonly expected: Partial<Outcome>
}
