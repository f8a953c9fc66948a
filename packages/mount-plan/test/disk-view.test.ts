import { absolutePath } from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { cachedDiskView } from '../src/index.ts'
import { memoryDisk, type DiskContent } from './memory-disk.ts'

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
  expect(view.kindOf(absolutePath('/w/new'))).toBeUndefined()
  expect(cachedDiskView(changing).kindOf(git)).toBeUndefined()
  expect(cachedDiskView(changing).kindOf(absolutePath('/w/new'))).toBe('file')
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
  expect(view.kindOf(absolutePath('/w/none'))).toBeUndefined()
  expect(looks).toBeLessThan(20)
  const closed = { ...counting, readDirectory: () => expect.fail('it cannot be read') }
  const other = cachedDiskView(closed)
  for (let index = 0; index < 100; index++) expect(other.kindOf(absolutePath(`/w/${index}`))).toBe('file')
})
