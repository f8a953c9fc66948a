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

test('a loop of links is refused', () => {
  expect(() => canonicalPath(disk, absolutePath('/loop/x'))).toThrow(PolicyUnsupportedError)
})
