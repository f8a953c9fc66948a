import {
  fileSystemKind,
  hardLinksIn,
  mayHang,
  mountOf,
  nodeDisk,
  readMounts,
  type FileSystemKind,
  type HardLink,
  type Mount,
} from '@linux-sandbox/host-probe'
import { canonicalPath, type DiskView } from '@linux-sandbox/mount-plan'
import {
  isInside,
  protectedPaths,
  writableRoots,
  type AbsolutePath,
  type ResolvedPolicy,
} from '@linux-sandbox/policy'
import { fine, finding, type Finding, type FindingId } from './finding.js'

/** A writable root and what it lies on. */
export interface RootFact {
  readonly path: AbsolutePath
  readonly mountPoint: string
  readonly type: string
  readonly kind: FileSystemKind
  /** Whether a look at it could wait for ever; then nothing in it was looked at. */
  readonly mayHang: boolean
}

/** The writable roots of `policy`, by the table of mounts: nothing on a mount that could hang is touched. */
export function describeRoots(policy: ResolvedPolicy, mounts = readMounts()): readonly RootFact[] {
  return writableRoots(policy).flatMap(({ path }) => {
    const mount = mountWith(path, mounts)
    if (mount === undefined) return []
    const { point, type } = mount
    return [{ path, mountPoint: point, type, kind: fileSystemKind(mount), mayHang: mayHang(mount) }]
  })
}

/** `policy` without the entries whose paths cannot be looked at without waiting, perhaps for ever. */
export function withoutHanging(policy: ResolvedPolicy, mounts = readMounts()): ResolvedPolicy {
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') return policy
  const entries = fileSystem.entries.filter(({ path }) => {
    const mount = mountWith(path, mounts)
    return mount === undefined || !mayHang(mount)
  })
  return { ...policy, fileSystem: { ...fileSystem, entries } }
}

function mountWith(path: AbsolutePath, mounts: readonly Mount[]): Mount | undefined {
  let hanging: Mount | undefined
  const careful: DiskView = {
    ...nodeDisk,
    kindOf(at) {
      const mount = mountOf(mounts, at)
      if (mount !== undefined && mayHang(mount)) hanging = mount
      return hanging === undefined ? nodeDisk.kindOf(at) : 'directory'
    },
  }
  try {
    const canonical = canonicalPath(careful, path).path
    return hanging ?? mountOf(mounts, canonical)
  } catch {
    return hanging ?? mountOf(mounts, path) // it leads nowhere, or this user cannot look
  }
}

/** What a kind of file system comes to in a writable root. */
const KINDS: Readonly<
  Record<Exclude<FileSystemKind, 'local'>, { id: FindingId; is: string; cost: string; remedy: string }>
> = {
  overlay: {
    id: 'file-system-overlay',
    is: 'an overlay: a file of the image is copied when it is first written, and is another one then',
    cost: 'a run can report protection-lost for a file that a program outside only wrote; a hard link of the image is torn apart',
    remedy: 'put the workspace on a volume: docker run -v DIRECTORY:DIRECTORY …, or --mount type=volume',
  },
  network: {
    id: 'file-system-network',
    is: 'a network file system',
    cost: 'other machines see placeholders and can change what is protected while a command runs; a server that is away holds up every launch',
    remedy: 'put the workspace on a local disk, and copy what is finished',
  },
  automount: {
    id: 'file-system-automount',
    is: 'mounted when somebody looks at it',
    cost: 'a launch waits until it is mounted, and fails if that does',
    remedy: 'mount it before, by looking at it: ls DIRECTORY; or name the directory below in the policy',
  },
  fuse: {
    id: 'file-system-fuse',
    is: 'a file system that a program answers for',
    cost: 'no other user, root included, can start a sandbox on it; while that program hangs, so does a launch under this policy',
    remedy: 'start sandboxes as the user who mounted it, or mount it with allow_other',
  },
  'case-insensitive': {
    id: 'file-system-case-insensitive',
    is: 'a file system on which names that differ in case are one file',
    cost: 'a rule for .git need not hold for .GIT, which is the same directory there',
    remedy: 'put the workspace on a Linux file system; in WSL2 below /home instead of /mnt/c',
  },
}

/** What lies under the writable roots. */
export function fileSystemFindings(roots: readonly RootFact[]): Finding[] {
  const how = '/proc/self/mountinfo'
  const findings = roots.flatMap(({ path, mountPoint, type, kind }) => {
    if (kind === 'local') return []
    const { id, is, cost, remedy } = KINDS[kind]
    const what = `the writable root ${path} is on ${type}, ${is}`
    return [finding(id, { what, how: `${how}: ${type} at ${mountPoint}`, cost, remedy: [remedy] })]
  })
  if (findings.length > 0 || roots.length === 0) return findings
  const types = roots.map(({ path, type }) => `${path} on ${type}`).join(', ')
  return [fine('file-system', `writable: ${types}`, how)]
}

/** As many files as are named; the others are counted. */
const NAMED_MAX = 5

/** Files that the policy protects in a writable root and that have another name, by which the command may reach them. */
export function hardLinkFindings(
  policy: ResolvedPolicy,
  roots: readonly RootFact[],
  mounts = readMounts(),
): Finding[] {
  const looked = roots.filter((root) => !root.mayHang)
  if (looked.length === 0) return []
  const isLookedAt = (path: AbsolutePath): boolean => {
    const mount = mountWith(path, mounts)
    return looked.some((root) => isInside(path, root.path)) && mount !== undefined && !mayHang(mount)
  }
  const links = guardedPaths(policy)
    .filter(isLookedAt)
    .flatMap((path) => hardLinksIn(path))
  const [first] = links
  const disk = (first && mountOf(mounts, first.path)?.point) ?? '/'
  const how = `the link counts of the protected files in ${looked.map(({ path }) => path).join(', ')}`
  if (links.length === 0) return [fine('hard-links', 'no protected file has another name', how)]
  return [
    finding('hard-linked', {
      what: `protected files have other names: ${namesOf(links)}`,
      how,
      cost: 'if another name lies where the command can write, it writes the protected file by that',
      remedy: links.slice(0, NAMED_MAX).map(({ path }) => {
        const name = quoted(path)
        return `cp -p ${name} ${quoted(`${path}.own`)} && mv ${quoted(`${path}.own`)} ${name}   (find ${quoted(disk)} -xdev -samefile ${name} shows the others)`
      }),
    }),
  ]
}

/** Protected names, and what an entry denies or makes read-only. Of those outside of a writable root none is looked at. */
function guardedPaths(policy: ResolvedPolicy): AbsolutePath[] {
  const named = protectedPaths(policy).map(({ path }) => path)
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') return named
  const entries = fileSystem.entries.filter(({ access }) => access !== 'write').map(({ path }) => path)
  return [...new Set([...named, ...entries])]
}

function namesOf(links: readonly HardLink[]): string {
  const named = links.slice(0, NAMED_MAX).map(({ path, names }) => `${path} (${names} names)`)
  const more = links.length - named.length
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ')
}

/** For a shell. */
function quoted(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
