import { isInside, parentPath, type AbsolutePath } from '@linux-sandbox/policy'
import { childPath } from '../child-path.js'
import type { Cause } from '../plan.js'
import type { ConfigValue } from './config-file.js'
import { pathFrom, valuesIn } from './layout.js'
import type { GitProtection } from './protection.js'

/** Where the configuration of a repository is, and what relative paths in it start from. */
export interface ConfiguredRepository {
  readonly directory: AbsolutePath
  readonly common: AbsolutePath
  readonly workTree: AbsolutePath
}

/** Sections whose values are names, addresses and patterns, never programs. */
const NO_PROGRAMS = ['branch', 'remote', 'submodule', 'url', 'user', 'include', 'includeif']

/** As deep as git follows includes. Source: MAX_INCLUDE_DEPTH, config.c of git 2.39. */
const INCLUDE_DEPTH_MAX = 10

/**
 * Freezes what the configuration of `repository` names in a place that the command can write: the files it includes, the directory of its
 * hooks, and programs. Paths that start with `~` are not looked at, nor what the user's own configuration names.
 */
export function freezeConfiguredPaths(repository: ConfiguredRepository, protection: GitProtection): void {
  const { directory, common, workTree } = repository
  const files = [childPath(common, 'config'), childPath(directory, 'config.worktree')]
  const cause: Cause = { kind: 'git', repository: common, reason: 'the configuration of git names it' }
  for (const { file, value } of settingsIn(files, protection)) {
    if (isInclude(value)) freezeNamed(pathFrom(parentPath(file), value.value), { cause, content: '' })
    else if (value.section === 'core' && value.name === 'hookspath') {
      freezeNamed(pathFrom(workTree, value.value), { cause })
    } else if (!NO_PROGRAMS.includes(value.section)) freezeProgram(value)
  }

  function freezeNamed(
    path: AbsolutePath | undefined,
    standIn: { readonly cause: Cause; readonly content?: string },
  ): void {
    const target = path && protection.disk.destinationOf(path)
    const link = path && protection.disk.linkIn(path)
    if (link !== undefined && protection.accessAt(link) === 'write') protection.noteLink(link)
    if (target === undefined) return
    if (isInside(workTree, target) || isInside(common, target)) {
      const message = `git executes what is in ${target}, which the command can write`
      protection.note('git-not-protected', target, message)
    } else protection.freezeOrStandIn({ path: target, ...standIn })
  }

  function freezeProgram({ value }: ConfigValue): void {
    if (!value.includes('/')) return
    const [program = ''] = value.replace(/^!/, '').trim().split(/\s/)
    const path = program.includes('/') ? pathFrom(workTree, program) : undefined
    const target = path && protection.disk.follow(path)
    if (target !== undefined && protection.disk.kindOf(target) === 'file') freezeNamed(path, { cause })
  }
}

interface Setting {
  readonly file: AbsolutePath
  readonly value: ConfigValue
}

/** All that `files` set, with what they include. */
function settingsIn(files: readonly AbsolutePath[], { disk }: GitProtection): Setting[] {
  const seen = new Set<AbsolutePath>()
  const settings: Setting[] = []
  let level = files
  for (let depth = 0; level.length > 0 && depth <= INCLUDE_DEPTH_MAX; depth++) {
    const fresh = level.filter((file) => !seen.has(file))
    fresh.forEach((file) => seen.add(file))
    const values = fresh.flatMap((file) => valuesIn(disk, file).map((value): Setting => ({ file, value })))
    settings.push(...values)
    level = values.flatMap(({ file, value }) => {
      const path = isInclude(value) ? pathFrom(parentPath(file), value.value) : undefined
      const target = path && disk.follow(path)
      return target === undefined ? [] : [target]
    })
  }
  return settings
}

function isInclude({ section, name }: ConfigValue): boolean {
  return (section === 'include' || section === 'includeif') && name === 'path'
}
