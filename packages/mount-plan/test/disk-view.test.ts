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
