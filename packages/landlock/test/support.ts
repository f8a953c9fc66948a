import type { DiskView, FileKind } from '@linux-sandbox/mount-plan'
import { absolutePath, resolvePolicy, validateProfile, type ResolvedPolicy } from '@linux-sandbox/policy'
import { FS_RIGHTS, NET_RIGHTS, rightsIn, SCOPES, type LandlockRuleset } from '../src/index.ts'

/** What is on a disk, by path: a kind, or where a link leads. */
export type Disk = Readonly<Record<string, Exclude<FileKind, 'symlink'> | { readonly to: string }>>

/** A disk that exists only here. */
export function diskOf(disk: Disk): DiskView {
  const kindOf = (path: string): FileKind | undefined => {
    if (path === '/') return 'directory'
    const what = disk[path]
    return typeof what === 'object' ? 'symlink' : what
  }
  return {
    kindOf,
    readLink(path) {
      const what = disk[path]
      if (typeof what !== 'object') throw new Error(`${path} is no link`)
      return what.to
    },
    readDirectory: (directory) =>
      Object.keys(disk)
        .filter((path) => path.slice(0, path.lastIndexOf('/') || 1) === directory)
        .map((path) => ({ name: path.slice(path.lastIndexOf('/') + 1), kind: kindOf(path)! })),
    readFile: () => '',
    canPass: () => true,
  }
}

/** The usual directories and devices, a workspace and a home. */
export const DISK: Disk = {
  '/bin': { to: 'usr/bin' },
  '/dev': 'directory',
  '/dev/null': 'device',
  '/dev/shm': 'directory',
  '/dev/snd': 'directory',
  '/dev/tty': 'device',
  '/dev/ttyS0': 'device',
  '/etc': 'directory',
  '/home': 'directory',
  '/proc': 'directory',
  '/socket': 'device',
  '/swapfile': 'file',
  '/tmp': 'directory',
  '/usr': 'directory',
  '/w': 'directory',
  '/w/log': 'file',
}

/** The policy of entries, each like `write /w`: `:root` for the special one, `skip` behind it for what may be missing. */
export function policyOf(
  entries: readonly string[],
  network: 'restricted' | 'enabled' = 'restricted',
): ResolvedPolicy {
  const profile = {
    type: 'managed',
    file_system: { type: 'restricted', entries: entries.map(entryOf) },
    network,
  }
  return resolvePolicy(validateProfile(profile), { cwd: absolutePath('/w'), tmpdir: '' })
}

function entryOf(text: string): object {
  const [access, path = '', skip] = text.split(' ')
  const where =
    path === ':root'
      ? { type: 'special', value: { kind: 'root' } }
      : path.includes('*')
        ? { type: 'glob_pattern', pattern: path }
        : { type: 'path', path }
  return { access, path: where, ...(skip === undefined ? {} : { missing_path_behavior: 'skip' }) }
}

/** A ruleset as a person reads it. */
export function readable({ handledAccessFs, handledAccessNet, scoped, rules }: LandlockRuleset): object {
  return {
    fs: rightsIn(FS_RIGHTS, handledAccessFs).join(' '),
    net: rightsIn(NET_RIGHTS, handledAccessNet).join(' '),
    scopes: rightsIn(SCOPES, scoped).join(' '),
    rules: rules.map(({ path, access }) => `${path}: ${rightsIn(FS_RIGHTS, access).join(' ')}`),
  }
}
