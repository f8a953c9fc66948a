import { parentPath, type AbsolutePath } from '@linux-sandbox/policy'
import type { Link } from './canonical-path.js'
import type { DiskView } from './disk-view.js'
import type { Layer, Layers } from './layers.js'
import { isInOwnPlace } from './own-places.js'
import type { Cause, MountOperation } from './plan.js'
import { sortedByDepth } from './rules.js'

/** What an empty place of the sandbox must hold, so that all that is granted in it can be reached. */
export interface MaskContent {
  readonly paths: AbsolutePath[]
  readonly links: Link[]
}

/** What each denied or fresh place must hold, by its path. */
export function maskContents(layers: Layers, links: readonly Link[]): ReadonlyMap<AbsolutePath, MaskContent> {
  const contents = new Map<AbsolutePath, MaskContent>()
  const contentOf = (place: AbsolutePath): MaskContent => {
    const content = contents.get(place) ?? { paths: [], links: [] }
    contents.set(place, content)
    return content
  }
  for (const { path, below } of layers.all) {
    if (below !== undefined && holds(below, path)) contentOf(below.path).paths.push(path)
  }
  const byPath = new Map(links.map((link) => [link.path, link]))
  for (const link of sortedByDepth(byPath.values())) {
    const place = layers.layerFor(link.path)
    if (place !== undefined && holds(place, link.path)) contentOf(place.path).links.push(link)
  }
  return contents
}

/** Whether `place` starts empty, so that what is needed in it has to be made. `/dev` and `/proc` are not made of rules. */
function holds(place: Layer, path: AbsolutePath): boolean {
  const isEmpty = place.access === 'deny' || place.content === 'fresh'
  return isEmpty && isInOwnPlace(path) === isInOwnPlace(place.path)
}

/** A file that cannot be opened, or a directory that holds `content` and cannot be listed. */
export function maskOperations(
  { path: target, cause }: Layer,
  content: MaskContent | undefined,
  disk: DiskView,
): MountOperation[] {
  if (target !== '/' && disk.kindOf(target) !== 'directory') return [{ type: 'mask-file', target, cause }]
  const traversable = target === '/' || content !== undefined
  const mask: MountOperation = { type: 'mask-directory', target, traversable, cause }
  if (content === undefined) return [mask]
  const directories = directoriesTo([...content.paths, ...content.links.map(({ path }) => path)], target)
  return [
    mask,
    ...directories.map((path): MountOperation => ({ type: 'directory', target: path, mode: 0o111, cause })),
    ...linkOperations(content.links, cause),
  ]
}

/** An empty place that the command may write, with the links that lead from it to what is granted. */
export function freshOperations(
  { path: target, cause }: Layer,
  content: MaskContent | undefined,
): MountOperation[] {
  return [{ type: 'tmpfs', target, mode: 0o1777, cause }, ...linkOperations(content?.links ?? [], cause)]
}

function linkOperations(links: readonly Link[], cause: Cause): MountOperation[] {
  return links.map(({ path: target, to }) => ({ type: 'symlink', target, to, cause }))
}

/** The directories between `top` and each of `paths`, all exclusive, parents first. */
function directoriesTo(paths: readonly AbsolutePath[], top: AbsolutePath): AbsolutePath[] {
  const found = new Set<AbsolutePath>()
  for (const path of paths) {
    for (let at = parentPath(path); at !== top && !found.has(at); at = parentPath(at)) found.add(at)
  }
  return sortedByDepth(Array.from(found, (path) => ({ path }))).map(({ path }) => path)
}
