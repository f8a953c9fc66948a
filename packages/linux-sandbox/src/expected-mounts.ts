import { assertNever } from '@linux-sandbox/errors'
import type { MountOperation } from '@linux-sandbox/mount-plan'
import type { ExpectedMount } from '@linux-sandbox/native'
import { absolutePath, isInside, parentPath, type AbsolutePath } from '@linux-sandbox/policy'

/** Every sandbox has its own, made before anything of the policy is mounted, and nobody but root can exchange what is in the host's. */
const OWN_PLACES = [absolutePath('/'), absolutePath('/dev'), absolutePath('/proc')]

/**
 * What `operations` come to, for whoever verifies it before the command starts: bwrap follows symbolic links in every path, and a
 * command in another sandbox may have put one where there was none when the plan was made. What a later operation covers is left out.
 */
export function expectedMounts(operations: readonly MountOperation[]): ExpectedMount[] {
  const covered = new Set<AbsolutePath>()
  const found: ExpectedMount[] = []
  for (const operation of operations.toReversed()) {
    const mount = expectedMount(operation)
    if (mount === undefined || isCovered(mount.target, covered)) continue
    if (operation.type !== 'device' && isOwn(mount)) continue
    covered.add(mount.target)
    found.push(mount)
  }
  return found.toReversed()
}

type Expected = ExpectedMount & { readonly target: AbsolutePath }

function expectedMount(operation: MountOperation): Expected | undefined {
  switch (operation.type) {
    case 'bind': {
      const { source, target, access } = operation
      return { expectation: access === 'write' ? 'bound' : 'bound-read-only', source, target }
    }
    case 'device':
      return { expectation: 'bound', source: operation.source, target: operation.target }
    case 'mask-file':
      return { expectation: 'masked-file', target: operation.target }
    case 'mask-directory':
      return { expectation: 'masked-directory', target: operation.target }
    case 'tmpfs':
      return { expectation: 'fresh-directory', target: operation.target }
    case 'root':
    case 'dev':
    case 'proc':
    case 'directory':
    case 'symlink':
    case 'remount-read-only':
      return undefined
    default:
      return assertNever(operation)
  }
}

function isOwn({ target }: Expected): boolean {
  return OWN_PLACES.some((place) => target === place || (place !== '/' && isInside(target, place)))
}

function isCovered(path: AbsolutePath, covered: ReadonlySet<AbsolutePath>): boolean {
  for (let at = path; at !== '/'; at = parentPath(at)) if (covered.has(at)) return true
  return false
}
