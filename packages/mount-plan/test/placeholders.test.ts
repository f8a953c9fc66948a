import { expect, test } from 'vitest'
import type { DiskContent } from './memory-disk.ts'
import { BASE, lines, plan, type Grants } from './plan-lines.ts'

const NAMES: DiskContent = { '/w/.codex': 'directory', '/w/.agents': 'directory', '/w/.aws': 'directory' }
const ALL_NAMES: DiskContent = { ...NAMES, '/w/.git': 'directory' }
const NAME_MOUNTS = ['read /w/.agents', 'read /w/.aws', 'read /w/.codex']
const ALL_MOUNTS = [...NAME_MOUNTS, 'read /w/.git']

function placed(grants: Grants, content: DiskContent, skip: readonly string[] = []) {
  const { operations, placeholders, notes } = plan(grants, content, { placeholders: 'make', skip })
  return {
    operations: lines(operations),
    placeholders: placeholders.map(({ path }) => path),
    notes: notes.map(({ kind, path }) => `${kind} ${path}`),
  }
}

test.each([
  {
    why: 'a protected name',
    grants: { '/': 'read', '/w': 'write' },
    content: NAMES,
    placeholders: ['/w/.git'],
    mounts: ['write /w', ...NAME_MOUNTS, 'read /w/.git'],
  },
  {
    why: 'a protected name that an entry denies',
    grants: { '/': 'read', '/w': 'write', '/w/.git': 'deny' },
    content: NAMES,
    placeholders: ['/w/.git'],
    mounts: ['write /w', ...NAME_MOUNTS, 'mask /w/.git/', 'freeze /w/.git'],
  },
  {
    why: 'what is read-only',
    grants: { '/': 'read', '/w': 'write', '/w/new': 'read' },
    content: { ...ALL_NAMES },
    placeholders: ['/w/new'],
    mounts: ['write /w', ...ALL_MOUNTS, 'read /w/new'],
  },
  {
    why: 'what is denied, with the way to it, which may be written but not moved',
    grants: { '/': 'read', '/w': 'write', '/w/new/deep': 'deny' },
    content: { ...ALL_NAMES },
    placeholders: ['/w/new', '/w/new/deep'],
    mounts: ['write /w', ...ALL_MOUNTS, 'write /w/new', 'mask /w/new/deep/', 'freeze /w/new/deep'],
  },
  {
    why: 'the broader of two, which settles the narrower',
    grants: { '/': 'read', '/w': 'write', '/w/new': 'read', '/w/new/deep': 'deny' },
    content: { ...ALL_NAMES },
    placeholders: ['/w/new'],
    mounts: ['write /w', ...ALL_MOUNTS, 'read /w/new'],
  },
  {
    why: 'nothing where a file is in the way: it is kept from being replaced',
    grants: { '/': 'read', '/w': 'write', '/w/file/deep': 'deny' },
    content: { ...ALL_NAMES, '/w/file': 'file' },
    placeholders: [],
    mounts: ['write /w', ...ALL_MOUNTS, 'write /w/file'],
  },
  {
    why: 'nothing where the command cannot create it',
    grants: { '/': 'read', '/w': 'write', '/etc/new': 'deny' },
    content: { ...ALL_NAMES, '/etc/x': 'file' },
    placeholders: [],
    mounts: ['write /w', ...ALL_MOUNTS],
  },
  {
    why: 'where a dangling link leads, when the link itself is safe',
    grants: { '/': 'read', '/w': 'write', '/link': 'deny' },
    content: { ...ALL_NAMES, '/link': { to: '/w/new' } },
    placeholders: ['/w/new'],
    mounts: ['write /w', ...ALL_MOUNTS, 'mask /w/new/', 'freeze /w/new'],
  },
] satisfies {
  why: string
  grants: Grants
  content: DiskContent
  placeholders: string[]
  mounts: string[]
}[])('a placeholder for $why', ({ grants, content, placeholders, mounts }) => {
  expect(placed(grants, content)).toEqual({ operations: [...BASE, ...mounts], placeholders, notes: [] })
})

test('what only counts where it exists gets none, but for a protected name', () => {
  const grants: Grants = { '/': 'read', '/w': 'write', '/w/.git': 'read', '/w/new': 'deny' }
  expect(placed(grants, NAMES, ['/w/.git', '/w/new'])).toEqual({
    operations: [...BASE, 'write /w', ...ALL_MOUNTS],
    placeholders: ['/w/.git'],
    notes: ['rule-missing /w/new'],
  })
})

test('a missing writable root that comes to exist has its names protected', () => {
  const grants: Grants = { '/': 'write', '/new': 'write', '/new/sub/deep': 'read' }
  const rootNames = { '/.git': 'file', '/.codex': 'file', '/.agents': 'file', '/.aws': 'file' } as const
  const { placeholders, notes } = placed(grants, rootNames)
  expect(placeholders).toEqual([
    '/new',
    ...['.agents', '.aws', '.codex', '.git', 'sub'].map((name) => `/new/${name}`),
    '/new/sub/deep',
  ])
  expect(notes).toEqual([])
})

test('what a root by a replaceable link protects needs no placeholder in it', () => {
  const grants: Grants = { '/': 'write', '/w/link': 'write', '/w/.git/new': 'deny' }
  const content: DiskContent = { ...ALL_NAMES, '/w/link': { to: '.' } }
  expect(placed(grants, content).placeholders).not.toContain('/w/.git/new')
  expect(placed({ '/': 'write', '/w/.git/new': 'deny' }, content).placeholders).toContain('/w/.git/new')
})
