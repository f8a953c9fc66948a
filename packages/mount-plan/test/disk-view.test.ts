import { absolutePath, resolvePolicy } from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { cachedDiskView, planMounts } from '../src/index.ts'
import { memoryDisk, type DiskContent } from './memory-disk.ts'
import { profile, type Grants } from './plan-lines.ts'

const directory = absolutePath('/w')
const git = absolutePath('/w/.git')

test('a plan sees one disk, whatever happens to it meanwhile', () => {
  let now: DiskContent = { '/w/.git/HEAD': 'file', '/w/a': 'file' }
  const changing = {
    ...memoryDisk(now),
    kindOf: (path: typeof git) => memoryDisk(now).kindOf(path),
    readDirectory: (path: typeof git) => memoryDisk(now).readDirectory(path),
  }
  const view = cachedDiskView(changing)
  expect(view.readDirectory(directory).map(({ name }) => name)).toEqual(['.git', 'a'])
  now = { '/w/new': 'file' }
  expect(view.kindOf(git)).toBe('directory')
  expect(cachedDiskView(changing).kindOf(git)).toBeUndefined()
})

test('a name that its directory does not list is denied like any other', () => {
  const names = Array.from({ length: 40 }, (_, index) => `/w/${index}`)
  const disk = memoryDisk(Object.fromEntries([...names, '/w/.snapshot'].map((name) => [name, 'file'])))
  const hiding = {
    ...disk,
    readDirectory: (path: typeof git) => disk.readDirectory(path).filter(({ name }) => name !== '.snapshot'),
  }
  const denied = [...names, '/w/.snapshot']
  for (const around of ['read', 'write'] as const) {
    const grants = Object.fromEntries([
      ['/', 'read'],
      ['/w', around],
      ...denied.map((name) => [name, 'deny']),
    ])
    const policy = resolvePolicy(profile(grants as Grants), { cwd: directory })
    const { operations } = planMounts(policy, hiding, { placeholders: 'make' })
    const masked = operations.flatMap((one) => (one.type === 'mask-file' ? [one.target] : []))
    expect(masked.filter((path) => path.startsWith('/w/')).toSorted()).toEqual(denied.toSorted())
  }
})

test('a directory is listed once many of its names have been asked for', () => {
  const content = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`/w/${index}`, 'file'] as const),
  )
  let looks = 0
  const disk = memoryDisk(content)
  const counting = { ...disk, kindOf: (path: typeof git) => (looks++, disk.kindOf(path)) }
  const view = cachedDiskView(counting)
  for (let index = 0; index < 100; index++) expect(view.kindOf(absolutePath(`/w/${index}`))).toBe('file')
  expect(looks).toBeLessThan(20)
  expect(view.kindOf(absolutePath('/w/none'))).toBeUndefined()
  const closed = { ...counting, readDirectory: () => expect.fail('it cannot be read') }
  const other = cachedDiskView(closed)
  for (let index = 0; index < 100; index++) expect(other.kindOf(absolutePath(`/w/${index}`))).toBe('file')
})
