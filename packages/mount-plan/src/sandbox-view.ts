import { joinPath, parentPath, pathPrefixes, type Access, type AbsolutePath } from '@linux-sandbox/policy'
import type { DiskView, FileKind } from './disk-view.js'
import { isInMinimalDev } from './own-places.js'
import type { Cause, MountOperation, MountPlan } from './plan.js'

/** An operation that puts something at a place of its own. */
export type PlaceOperation = Exclude<
  MountOperation,
  { readonly type: 'directory' | 'symlink' | 'remount-read-only' }
>

/** What is at or above a path in the sandbox. */
export interface Place {
  readonly operation: PlaceOperation
  readonly target: AbsolutePath
  readonly isReadOnly: boolean
  /** Its place in the plan. */
  readonly order: number
}

/** What the launcher makes in an empty place, so that something can be reached or mounted there. */
type Made =
  | { readonly kind: 'directory'; readonly order: number }
  | { readonly kind: 'symlink'; readonly to: string; readonly order: number }

/** What is in a minimal `/dev` and is a directory. Source: bwrap(1), `--dev`. */
const DEV_DIRECTORIES = ['/dev', '/dev/pts', '/dev/shm', '/dev/fd']

/** The disk as a command sees it in the sandbox that a plan builds. */
export class SandboxView implements Pick<DiskView, 'kindOf' | 'readLink'> {
  readonly #disk: DiskView
  readonly #places = new Map<AbsolutePath, Place>()
  readonly #made = new Map<AbsolutePath, Made>()
  readonly #placeholders: ReadonlyMap<AbsolutePath, FileKind>

  constructor({ operations, placeholders }: MountPlan, disk: DiskView) {
    this.#disk = disk
    this.#placeholders = new Map(
      placeholders.map(({ path, content }) => [path, content === undefined ? 'directory' : 'file']),
    )
    for (const [order, operation] of operations.entries()) this.#add(operation, order)
  }

  /** The mount that has what is at `path`. */
  placeOf(path: AbsolutePath): Place {
    const found = this.#placesAbove(path)[0]
    if (found === undefined) throw new TypeError('a plan begins with what is at /')
    return found
  }

  /** Why a place has its access: of mounts that only repeat the access of the one below them, that one. */
  causeOf({ operation, target }: Place): Cause {
    const chain = this.#placesAbove(target)
    const access = hostAccess(operation)
    let cause = operation.cause
    for (const { operation: below } of chain.slice(1)) {
      if (access === undefined || hostAccess(below) !== access) break
      cause = below.cause
    }
    return cause
  }

  /** What the command can do at `path`, in which no component may be a link; also with what it could make there. */
  accessAt(path: AbsolutePath): Access {
    const { operation, isReadOnly } = this.placeOf(path)
    switch (operation.type) {
      case 'mask-file':
      case 'mask-directory':
        return 'deny'
      case 'dev':
        if (!isInMinimalDev(path)) return 'deny'
        return DEV_DIRECTORIES.includes(path) ? 'read' : 'write'
      case 'device':
        return 'write'
      case 'root':
      case 'bind':
        return isReadOnly ? 'read' : operation.access
      case 'proc':
      case 'tmpfs':
        return isReadOnly ? 'read' : 'write'
    }
  }

  kindOf(path: AbsolutePath): FileKind | undefined {
    const { operation, target, order } = this.placeOf(path)
    switch (operation.type) {
      case 'root':
        return this.#hostKind(path)
      case 'bind':
      case 'device':
        if (path === target && this.#placeholders.has(path)) return this.#placeholders.get(path)
        return this.#hostKind(sourceOf(operation, { path, target }))
      case 'mask-file':
        return path === target ? 'file' : undefined
      case 'mask-directory':
      case 'tmpfs':
        return path === target ? 'directory' : this.#madeIn(order, path)?.kind
      case 'dev':
        if (DEV_DIRECTORIES.includes(path)) return 'directory'
        return isInMinimalDev(path) ? 'device' : undefined
      case 'proc': {
        // Its links lead to what only the process itself has: none is followed.
        const kind = this.#disk.kindOf(path)
        return kind === 'symlink' ? 'file' : kind
      }
    }
  }

  readLink(path: AbsolutePath): string {
    const { operation, target, order } = this.placeOf(path)
    const made = this.#madeIn(order, path)
    if (made?.kind === 'symlink') return made.to
    return this.#disk.readLink(operation.type === 'bind' ? sourceOf(operation, { path, target }) : path)
  }

  #add(operation: MountOperation, order: number): void {
    switch (operation.type) {
      case 'symlink':
        this.#made.set(operation.target, { kind: 'symlink', to: operation.to, order })
        return
      case 'directory':
        this.#made.set(operation.target, { kind: 'directory', order })
        return
      case 'remount-read-only': {
        const place = this.#places.get(operation.target)
        if (place !== undefined) this.#places.set(operation.target, { ...place, isReadOnly: true })
        return
      }
      default: {
        const target = targetOf(operation)
        this.#places.set(target, { operation, target, isReadOnly: false, order })
        for (let at = parentPath(target); at !== '/'; at = parentPath(at)) {
          this.#made.set(at, this.#made.get(at) ?? { kind: 'directory', order })
        }
      }
    }
  }

  /** What was made at `path` in the empty place that is there since `order`. */
  #madeIn(order: number, path: AbsolutePath): Made | undefined {
    const made = this.#made.get(path)
    return made !== undefined && made.order > order ? made : undefined
  }

  /** Those at or above `path` that no later one hides, the deepest first. */
  #placesAbove(path: AbsolutePath): Place[] {
    const visible: Place[] = []
    for (const at of pathPrefixes(path)) {
      const place = this.#places.get(at)
      if (place !== undefined && visible.every(({ order }) => order < place.order)) visible.push(place)
    }
    return visible.toReversed()
  }

  #hostKind(path: AbsolutePath): FileKind | undefined {
    return this.#placeholders.get(path) ?? this.#disk.kindOf(path)
  }
}

/** The access that a mount of the host's files gives. */
function hostAccess(operation: PlaceOperation): Access | undefined {
  return operation.type === 'root' || operation.type === 'bind' ? operation.access : undefined
}

function targetOf(operation: PlaceOperation): AbsolutePath {
  switch (operation.type) {
    case 'root':
      return '/' as AbsolutePath
    case 'dev':
      return '/dev' as AbsolutePath
    case 'proc':
      return '/proc' as AbsolutePath
    default:
      return operation.target
  }
}

/** Where the host has what is at `path` in the sandbox. */
function sourceOf(
  { source }: { readonly source: AbsolutePath },
  { path, target }: { readonly path: AbsolutePath; readonly target: AbsolutePath },
): AbsolutePath {
  return path === target ? source : joinPath(source, path.slice(target.length))
}
