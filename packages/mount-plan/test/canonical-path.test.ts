import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { absolutePath } from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { canonicalPath } from '../src/index.ts'
import { memoryDisk } from './memory-disk.ts'

const disk = memoryDisk({
  '/real/file': 'file',
  '/link': { to: 'real' },
  '/absolute': { to: '/real' },
  '/real/up': { to: '../real/file' },
  '/chain': { to: 'link/up' },
  '/dangling': { to: '/nowhere/deep' },
  '/loop': { to: 'pool' },
  '/pool': { to: 'loop' },
  '/through-file': { to: 'real/file/..' },
  '/through-nothing': { to: 'nothing/../real' },
  '/file-as-directory': { to: 'real/file/' },
  '/directory': { to: 'real/.' },
  '/new-directory': { to: 'nothing/' },
})

test.each([
  { path: '/', leads: '/', exists: true, why: 'the root' },
  { path: '/real/file', leads: '/real/file', exists: true, why: 'no link in it' },
  { path: '/link/file', leads: '/real/file', exists: true, why: 'a relative link on the way' },
  { path: '/absolute/file', leads: '/real/file', exists: true, why: 'an absolute link on the way' },
  { path: '/link/up', leads: '/real/file', exists: true, why: 'a link with .. at the end' },
  { path: '/chain', leads: '/real/file', exists: true, why: 'links through links' },
  { path: '/link/new/deep', leads: '/real/new/deep', exists: false, why: 'missing below a link' },
  {
    path: '/dangling',
    leads: '/nowhere/deep',
    exists: false,
    why: 'a dangling link names what it would create',
  },
  { path: '/directory', leads: '/real', exists: true, why: 'a link with a dot at the end' },
  { path: '/new-directory', leads: '/nothing', exists: false, why: 'a link to what would be a directory' },
  { path: '/real/file/x', leads: '/real/file/x', exists: false, why: 'nothing is below a file' },
])('$path leads to $leads ($why)', ({ path, leads, exists }) => {
  expect(canonicalPath(disk, absolutePath(path))).toEqual({ path: leads, exists, links: expect.any(Array) })
})

test('the links are told in the order in which they are followed', () => {
  expect(canonicalPath(disk, absolutePath('/chain')).links).toEqual([
    { path: '/chain', to: 'link/up' },
    { path: '/link', to: 'real' },
    { path: '/real/up', to: '../real/file' },
  ])
})

test.each([
  { path: '/loop/x', problem: 'its symbolic links form a loop' },
  { path: '/through-file', problem: 'it goes on from /real/file as from a directory, and that is none' },
  { path: '/file-as-directory', problem: 'it goes on from /real/file as from a directory, and that is none' },
  { path: '/through-nothing', problem: 'it goes up from /nothing, which does not exist' },
  { path: '/through-nothing/file', problem: 'it goes up from /nothing, which does not exist' },
])('$path leads nowhere: $problem', ({ path, problem }) => {
  const find = () => canonicalPath(disk, absolutePath(path))
  expect(find).toThrow(PolicyUnsupportedError)
  expect(find).toThrow(problem)
})
