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
import { join, relative } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { bwrapCandidates, BwrapFinder, nodeDisk } from '../src/index.ts'

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

/** What is named bwrap in `searchPath`: programs by their canonical path, the others with what is wrong. */
function candidates(searchPath: string | undefined): string[] {
  return [...bwrapCandidates(searchPath, nodeDisk)].map((one) =>
    one.kind === 'program' ? one.found.path : `${one.path} ${one.problem}`,
  )
}

test('every bwrap of PATH is found in its order, by its canonical path', () => {
  const [first, second] = [directory(), directory()]
  const real = fakeBwrap(first, '')
  const links = directory()
  symlinkSync(real, join(links, 'bwrap'))
  const other = fakeBwrap(second, '')
  expect(candidates(`${links}:${second}:${links}`)).toEqual([real, other])
  const [found] = bwrapCandidates(links, nodeDisk)
  expect(found).toMatchObject({
    kind: 'program',
    found: { links: [{ path: join(links, 'bwrap'), to: real }] },
  })
})

test.each([
  { why: 'no PATH', searchPath: undefined },
  { why: 'an empty PATH', searchPath: '' },
  { why: 'a PATH of relative and empty parts', searchPath: '.:bin::' },
  { why: 'a directory that does not exist', searchPath: '/no/such/directory' },
])('nothing is found with $why', ({ searchPath }) => {
  expect(candidates(searchPath)).toEqual([])
})

test('a relative part of PATH is not looked at, though a bwrap is there', () => {
  const at = directory()
  const path = fakeBwrap(at, '')
  expect(candidates(relative(process.cwd(), at))).toEqual([])
  expect(candidates(at)).toEqual([path])
})

test('what nobody can execute is told with the reason', () => {
  const [plain, nested, dangling] = [directory(), directory(), directory()]
  fakeBwrap(plain, '', { mode: 0o644 })
  mkdirSync(join(nested, 'bwrap'))
  symlinkSync('/no/such/bwrap', join(dangling, 'bwrap'))
  const loop = directory()
  symlinkSync('bwrap', join(loop, 'bwrap'))
  expect(candidates([plain, nested, dangling, loop].join(':'))).toEqual([
    `${plain}/bwrap is not executable`,
    `${nested}/bwrap is no file`,
    `${dangling}/bwrap is a link to nothing`,
    `${loop}/bwrap cannot be looked at`,
  ])
})

test('looking for candidates runs none of them', () => {
  const at = directory()
  fakeBwrap(at, '')
  candidates(at)
  expect(runs(at)).toBe(0)
})

test('features are read from the text of a program, without running it', () => {
  const at = directory()
  fakeBwrap(at, '--as-pid-1 --perms')
  const { options } = new BwrapFinder().describe(join(at, 'bwrap'))
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
    expect([...finder.describe(join(at, 'bwrap')).options]).toEqual(['--as-pid-1'])
  }
  expect(runs(wrapped)).toBe(1)
})

test('a bwrap that was replaced is read again', () => {
  const at = directory()
  fakeBwrap(at, '--as-pid-1')
  const finder = new BwrapFinder()
  expect([...finder.describe(join(at, 'bwrap')).options]).toEqual(['--as-pid-1'])
  rmSync(join(at, 'bwrap'))
  fakeBwrap(at, '--as-pid-1 --perms')
  expect([...finder.describe(join(at, 'bwrap')).options]).toEqual(['--as-pid-1', '--perms'])
})
