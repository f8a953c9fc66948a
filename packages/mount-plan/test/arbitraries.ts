import { absolutePath, type Access, type AbsolutePath, type FileSystemEntry } from '@linux-sandbox/policy'
import * as fc from 'fast-check'
import type { DiskContent } from './memory-disk.ts'

/** Few names, so that random paths often meet; two that mean something to the planner. */
const names = fc.constantFrom('a', 'b', 'c', 'usr', '.git')

const anyDiskPath = fc
  .array(names, { maxLength: 4 })
  .map((components) => absolutePath(`/${components.join('/')}`))

type Node = 'file' | { readonly to: string } | Tree
interface Tree {
  readonly [name: string]: Node
}

const { tree } = fc.letrec<{ tree: Tree; node: Node }>((tie) => ({
  tree: fc.dictionary(names, tie('node'), { maxKeys: 4, depthIdentifier: 'disk', noNullPrototype: true }),
  node: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'disk' },
    { weight: 3, arbitrary: fc.constant<Node>('file') },
    {
      weight: 1,
      arbitrary: fc.oneof(anyDiskPath, fc.constantFrom('..', 'a', '../b', 'c/a')).map((to) => ({ to })),
    },
    { weight: 6, arbitrary: tie('tree') },
  ),
}))

/** The content of a random small disk, with an empty `/proc` and `/dev`. */
export const anyDisk: fc.Arbitrary<DiskContent> = tree.map((root) => ({
  '/dev': 'directory',
  '/proc': 'directory',
  ...Object.fromEntries(flatten(root, '')),
}))

function flatten(directory: Tree, prefix: string): [string, DiskContent[string]][] {
  return Object.entries(directory).flatMap(([name, node]): [string, DiskContent[string]][] => {
    const path = `${prefix}/${name}`
    if (node === 'file' || isLink(node)) return [[path, node]]
    return [[path, 'directory'], ...flatten(node, path)]
  })
}

function isLink(node: Exclude<Node, string>): node is { readonly to: string } {
  return typeof node['to'] === 'string' && node['to'] !== 'file'
}

/** Entries for paths that are on the disk, and for some that are not. */
export function anyEntries(content: DiskContent): fc.Arbitrary<FileSystemEntry[]> {
  const known = Object.keys(content).filter((path) => path !== '/dev' && path !== '/proc')
  const path = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('/', ...known).map(absolutePath) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('', ...known), anyDiskPath)
        .map(([top, rest]) => absolutePath(`${top}${rest}`)),
    },
  )
  return fc.array(
    fc
      .record({ path, access: fc.constantFrom<Access>('read', 'write', 'deny'), isSkipped: fc.boolean() })
      .map(entry),
    { maxLength: 8 },
  )
}

function entry({
  path,
  access,
  isSkipped,
}: {
  readonly path: AbsolutePath
  readonly access: Access
  readonly isSkipped: boolean
}): FileSystemEntry {
  return {
    path: { type: 'path', path },
    access,
    ...(isSkipped ? { missing_path_behavior: 'skip' } : {}),
  }
}

export const MINIMAL: FileSystemEntry = {
  path: { type: 'special', value: { kind: 'minimal' } },
  access: 'read',
}
