import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  readFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BwrapMissingError } from '@linux-sandbox/errors'
import { expect, onTestFinished, test } from 'vitest'
import { BwrapFinder } from '../src/index.ts'

const everywhere = (): boolean => true

function directory(): string {
  const made = realpathSync(mkdtempSync(join(tmpdir(), 'bwrap-test-')))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** A program named `bwrap` that counts its runs and prints `help`. */
function fakeBwrap(at: string, help: string, { mode = 0o755 } = {}): string {
  const path = join(at, 'bwrap')
  writeFileSync(path, `#!/bin/sh\necho run >> '${at}/runs'\necho '${help}'\n`)
  chmodSync(path, mode)
  return path
}

function runs(at: string): number {
  try {
    return readFileSync(join(at, 'runs'), 'utf8').split('\n').length - 1
  } catch {
    return 0
  }
}

test('the first bwrap of PATH is found, by its canonical path', () => {
  const [first, second] = [directory(), directory()]
  const real = fakeBwrap(first, '')
  const links = directory()
  symlinkSync(real, join(links, 'bwrap'))
  fakeBwrap(second, '')
  const { path } = new BwrapFinder().find({ searchPath: `${links}:${second}`, isTrusted: everywhere })
  expect(path).toBe(real)
})

test.each([
  { why: 'no PATH', searchPath: undefined },
  { why: 'an empty PATH', searchPath: '' },
  { why: 'a PATH of relative and empty parts', searchPath: '.:bin::' },
  { why: 'a directory that does not exist', searchPath: '/no/such/directory' },
])('nothing is found with $why', ({ searchPath }) => {
  expect(() => new BwrapFinder().find({ searchPath, isTrusted: everywhere })).toThrow(BwrapMissingError)
})

test('what is not an executable file is passed over', () => {
  const [plain, nested, good] = [directory(), directory(), directory()]
  fakeBwrap(plain, '', { mode: 0o644 })
  mkdirSync(join(nested, 'bwrap'))
  const path = fakeBwrap(good, '')
  const finder = new BwrapFinder()
  expect(finder.find({ searchPath: `${plain}:${nested}:${good}`, isTrusted: everywhere }).path).toBe(path)
})

test('an untrusted bwrap is passed over, and named when there is no other', () => {
  const [writable, good] = [directory(), directory()]
  const planted = fakeBwrap(writable, '')
  const path = fakeBwrap(good, '')
  const isTrusted = (found: string): boolean => found !== planted
  const finder = new BwrapFinder()
  expect(finder.find({ searchPath: `${writable}:${good}`, isTrusted }).path).toBe(path)
  expect(() => finder.find({ searchPath: writable, isTrusted })).toThrow(planted)
  expect(runs(writable), 'an untrusted program is not even run').toBe(0)
})

test('features are read from the text of a program, without running it', () => {
  const at = directory()
  fakeBwrap(at, '--as-pid-1 --perms')
  const { options } = new BwrapFinder().find({ searchPath: at, isTrusted: everywhere })
  expect([...options]).toEqual(['--as-pid-1', '--perms'])
  expect(runs(at)).toBe(0)
})

test('a wrapper is asked for its help, once', () => {
  const at = directory()
  const wrapped = directory()
  fakeBwrap(wrapped, '--as-pid-1 --new-session-of-another-kind')
  writeFileSync(join(at, 'bwrap'), `#!/bin/sh\nexec ${wrapped}/bwrap "$@"\n`)
  chmodSync(join(at, 'bwrap'), 0o755)
  const finder = new BwrapFinder()
  for (let asked = 0; asked < 3; asked++) {
    expect([...finder.find({ searchPath: at, isTrusted: everywhere }).options]).toEqual(['--as-pid-1'])
  }
  expect(runs(wrapped)).toBe(1)
})

test('a bwrap that was replaced is read again', () => {
  const at = directory()
  fakeBwrap(at, '--as-pid-1')
  const finder = new BwrapFinder()
  expect([...finder.find({ searchPath: at, isTrusted: everywhere }).options]).toEqual(['--as-pid-1'])
  rmSync(join(at, 'bwrap'))
  fakeBwrap(at, '--as-pid-1 --perms')
  expect([...finder.find({ searchPath: at, isTrusted: everywhere }).options]).toEqual([
    '--as-pid-1',
    '--perms',
  ])
})
