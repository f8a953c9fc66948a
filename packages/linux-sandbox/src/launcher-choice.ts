import type { Bwrap } from '@linux-sandbox/host-probe'
import { absolutePath, accessOf, isInside, writableRoots, type ResolvedPolicy } from '@linux-sandbox/policy'
import type { Host } from './host.js'

/**
 * The bwrap that may set up sandboxes under `policy`: not one in the working directory, nor in anything that the policy lets
 * the command write. A grant of the whole disk does not count: it trusts the command with every program.
 *
 * @throws {BwrapMissingError} when there is none.
 */
export function findBwrap(policy: ResolvedPolicy, host: Host): Bwrap {
  const cwd = absolutePath(process.cwd())
  const roots = writableRoots(policy).filter(({ path }) => path !== '/')
  return host.bwrapFinder.find({
    searchPath: process.env['PATH'],
    isTrusted(found) {
      const path = absolutePath(found)
      if (cwd !== '/' && isInside(path, cwd)) return false
      return !roots.some((root) => isInside(path, root.path)) || accessOf(policy, path).access !== 'write'
    },
  })
}
