import { expect, test } from 'vitest'
import { nearestName } from '../src/index.ts'

const KNOWN = ['read', 'write', 'network', 'git-writes', 'check']

test.each([
  { name: 'raed', nearest: 'read' },
  { name: 'wirte', nearest: 'write' },
  { name: 'writ', nearest: 'write' },
  { name: 'Network', nearest: 'network' },
  { name: 'netwrk', nearest: 'network' },
  { name: 'gitwrites', nearest: 'git-writes' },
  { name: 'chekc', nearest: 'check' },
  { name: 'rm', nearest: undefined },
  { name: 'rite-w', nearest: undefined },
  { name: '', nearest: undefined },
  { name: 'read'.repeat(1000), nearest: undefined },
])('the name nearest to $name is $nearest', ({ name, nearest }) => {
  expect(nearestName(name, KNOWN)).toBe(nearest)
})

test('where nothing is known nothing is near', () => {
  expect(nearestName('read', [])).toBeUndefined()
})
