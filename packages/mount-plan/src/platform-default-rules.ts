import { PLATFORM_DEFAULT_PATHS } from '@linux-sandbox/policy'
import { canonicalPath, type Link } from './canonical-path.js'
import type { DiskView } from './disk-view.js'
import type { RuleSet } from './rules.js'

/**
 * Makes the platform defaults readable that exist and that no entry mentions; `deny` on `/` mentions nothing.
 *
 * @returns the links by which programs name them: `/bin` mostly leads to `/usr/bin`.
 */
export function addPlatformDefaults(rules: RuleSet, disk: DiskView): Link[] {
  const found = PLATFORM_DEFAULT_PATHS.map((name) => ({ name, ...canonicalPath(disk, name) }))
  const open = found.filter(({ path, exists }) => {
    const rule = rules.ruleFor(path)
    return exists && (rule === undefined || (rule.path === '/' && rule.access === 'deny'))
  })
  for (const { name, path } of open) {
    rules.add({ path, access: 'read', cause: { kind: 'platform-default', path: name } })
  }
  return found.filter(({ path }) => rules.accessAt(path) !== 'deny').flatMap(({ links }) => links)
}
