import { joinPath, type AbsolutePath } from '@linux-sandbox/policy'
import { looksLikeGitDirectory } from './layout.js'
import type { GitProtection } from './protection.js'

/**
 * Keeps `directory` from being taken for a bare repository while its `.git` is missing or can be broken: git stops with an error where
 * `commondir` is a directory, and looks at it only when there is a `HEAD` beside it. An empty directory appears in no `git status`.
 */
export function refuseBareShape(directory: AbsolutePath, protection: GitProtection): void {
  const { disk, rules } = protection
  const dotGit = joinPath(directory, '.git')
  const kind = disk.kindOf(dotGit)
  // Git goes no further where a pointer file leads to nothing.
  if (kind === 'file') return
  const isLasting = kind === 'directory' && rules.accessAt(dotGit) !== 'write'
  if (isLasting && looksLikeGitDirectory(disk.list(dotGit) ?? [])) return
  if (looksLikeGitDirectory(disk.list(directory) ?? [])) return
  const reason = 'git would take the directory for a repository, and execute what its configuration names'
  protection.freezeOrStandIn(joinPath(directory, 'commondir'), {
    cause: { kind: 'git', repository: directory, reason },
  })
}
