import { joinPath, parentPath, pathPrefixes, type Access, type AbsolutePath } from '@linux-sandbox/policy'
import type { DirectoryEntry, DiskView, FileKind, MountOperation } from '../src/index.ts'

/** One mount: the host's tree from `source` on, or one in memory with the directories and links made in it. */
interface Mount {
  readonly source?: AbsolutePath
  access: Access
  /** Nothing in it can be reached. */
  readonly isClosed?: boolean
  readonly made: Map<AbsolutePath, 'file' | 'directory' | 'symlink'>
}

/**
 * What the operations of a plan come to, by a model of mount(2) of a few lines: the last mount at the deepest place at or above a
 * path decides. Fails, as the launcher would, where a mount point is missing and cannot be made.
 */
export class MountSimulator implements DiskView {
  readonly #disk: DiskView
  readonly #links = new Map<AbsolutePath, string>()
  readonly #mounts = new Map<AbsolutePath, Mount>()

  constructor(operations: readonly MountOperation[], disk: DiskView) {
    this.#disk = disk
    for (const operation of operations) this.#apply(operation)
  }

  /** Paths are asked for one by one here. */
  readDirectory(): readonly DirectoryEntry[] {
    return []
  }

  readFile(path: AbsolutePath): string {
    return this.#disk.readFile(path)
  }

  canPass(path: AbsolutePath): boolean {
    return this.#disk.canPass(path)
  }

  /** What a command can do with what it finds at `path`, in which no component may be a link: `deny` when nothing is there. */
  accessAt(path: AbsolutePath): Access {
    const [, mount] = this.#mountFor(path)
    if (this.kindOf(path) === undefined || this.#isBehindClosedMask(path)) return 'deny'
    // Whatever the mode of a directory in memory: it is the command's own, so only a frozen mount keeps it from writing.
    return mount.access
  }

  /** Whether the command can rename or remove what is at `path`, or create it. */
  canReplace(path: AbsolutePath): boolean {
    if (path === '/' || this.#mounts.has(path)) return false
    const parent = parentPath(path)
    return this.kindOf(parent) === 'directory' && this.accessAt(parent) === 'write'
  }

  kindOf(path: AbsolutePath): FileKind | undefined {
    const [at, { source, made }] = this.#mountFor(path)
    if (source !== undefined) return this.#disk.kindOf(moved(path, at, source))
    return path === at ? (made.get(at) ?? 'directory') : made.get(path)
  }

  readLink(path: AbsolutePath): string {
    return this.#links.get(path) ?? this.#disk.readLink(path)
  }

  #apply(operation: MountOperation): void {
    switch (operation.type) {
      case 'root':
        return this.#mount('/' as AbsolutePath, { source: '/' as AbsolutePath, access: operation.access })
      case 'dev':
        return this.#mount('/dev' as AbsolutePath, { access: 'write' }, 'directory')
      case 'proc':
        return this.#mount('/proc' as AbsolutePath, { access: 'write' }, 'directory')
      case 'bind': {
        const kind = this.#disk.kindOf(operation.source)
        if (kind === undefined) throw new Error(`nothing to bind at ${operation.source}`)
        return this.#mount(operation.target, { source: operation.source, access: operation.access }, kind)
      }
      case 'mask-file':
        return this.#mount(operation.target, { access: 'deny' }, 'file')
      case 'tmpfs':
        return this.#mount(operation.target, { access: 'write' }, 'directory')
      case 'mask-directory':
        return this.#mount(
          operation.target,
          { access: 'write', isClosed: !operation.traversable },
          'directory',
        )
      case 'directory':
        return this.#make(operation.target, 'directory')
      case 'symlink':
        this.#links.set(operation.target, operation.to)
        return this.#make(operation.target, 'symlink')
      case 'remount-read-only':
        return this.#freeze(operation.target)
      case 'device':
        throw new Error('devices are not simulated')
    }
  }

  #mount(target: AbsolutePath, mount: Omit<Mount, 'made'>, kind: FileKind = 'directory'): void {
    if (target !== '/') this.#makeMountPoint(target, kind)
    for (const at of this.#mounts.keys()) if (isBelow(at, target)) this.#mounts.delete(at)
    const made: Mount['made'] = new Map(kind === 'directory' ? [] : [[target, 'file']])
    this.#mounts.set(target, { ...mount, made })
  }

  #makeMountPoint(target: AbsolutePath, kind: FileKind): void {
    const isDirectory = kind === 'directory'
    const found = this.kindOf(target)
    if (found === undefined) return this.#make(target, isDirectory ? 'directory' : 'file')
    if ((found === 'directory') !== isDirectory || found === 'symlink') {
      throw new Error(`a ${kind} cannot be mounted on the ${found} ${target}`)
    }
  }

  #make(path: AbsolutePath, kind: 'file' | 'directory' | 'symlink'): void {
    const [, mount] = this.#mountFor(path)
    if (mount.source !== undefined) throw new Error(`${path} would be made on the host`)
    if (mount.access !== 'write') throw new Error(`${path} cannot be made any more`)
    if (this.kindOf(parentPath(path)) !== 'directory') throw new Error(`${path} has no parent`)
    if (this.kindOf(path) !== undefined) throw new Error(`${path} is there already`)
    mount.made.set(path, kind)
  }

  #freeze(target: AbsolutePath): void {
    const mount = this.#mounts.get(target)
    if (mount === undefined) throw new Error(`${target} is no mount`)
    mount.access = 'deny'
  }

  #isBehindClosedMask(path: AbsolutePath): boolean {
    return pathPrefixes(path).some((at) => at !== path && this.#mounts.get(at)?.isClosed === true)
  }

  #mountFor(path: AbsolutePath): readonly [at: AbsolutePath, mount: Mount] {
    for (const at of pathPrefixes(path).toReversed()) {
      const mount = this.#mounts.get(at)
      if (mount !== undefined) return [at, mount]
    }
    throw new Error('nothing is mounted at /')
  }
}

function isBelow(path: AbsolutePath, top: AbsolutePath): boolean {
  return top === '/' || path === top || path.startsWith(`${top}/`)
}

/** `path`, seen where the mount at `at` has it from. */
function moved(path: AbsolutePath, at: AbsolutePath, source: AbsolutePath): AbsolutePath {
  return at === source ? path : joinPath(source, path.slice(at.length))
}
