import { createHash } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  fstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BwrapDigestMismatchError } from '@linux-sandbox/errors'
import { expect, onTestFinished, test, vi } from 'vitest'
import { BundledBwrap } from '../src/index.ts'

const TEXT = 'a program with --as-pid-1 and --perms'
const DIGEST = sha256(TEXT)

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The path of a bundle with this digest file; none when `undefined`. */
function bundle(digest: string | undefined = `${DIGEST}  bwrap\n`): string {
  const directory = mkdtempSync(join(tmpdir(), 'bundle-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'bwrap')
  writeFileSync(path, TEXT)
  chmodSync(path, 0o755)
  writeFileSync(`${path}.sha256`, digest)
  return path
}

function mismatchOf(act: () => unknown): BwrapDigestMismatchError {
  try {
    act()
  } catch (error) {
    if (error instanceof BwrapDigestMismatchError) return error
    throw error
  }
  throw new Error('no mismatch was noticed')
}

test('a program with the recorded digest is opened, with its options', () => {
  const path = bundle()
  const { bwrap } = new BundledBwrap(path).look()
  expect(bwrap).toMatchObject({ path, source: 'bundled' })
  expect([...(bwrap?.options ?? [])]).toEqual(['--as-pid-1', '--perms'])
  expect(fstatSync(bwrap?.descriptor ?? -1).ino).toBe(statSync(path).ino)
})

test.each([`${DIGEST}`, `${DIGEST} *bwrap\n`, `${DIGEST.toUpperCase()}\n`])(
  'a digest may be written as %j',
  (digest) => {
    expect(new BundledBwrap(bundle(digest)).look().bwrap).toBeDefined()
  },
)

test.each([
  { why: 'nothing', digest: '' },
  { why: 'zeros', digest: `${'0'.repeat(64)}  bwrap\n` },
  { why: 'a shorter digest', digest: DIGEST.slice(1) },
  { why: 'a longer digest', digest: `${DIGEST}0` },
  { why: 'no digest', digest: 'unknown\n' },
])('with $why in place of the digest it is not used', ({ digest }) => {
  expect(new BundledBwrap(bundle(digest)).look()).toEqual({ obstacle: 'has no recorded digest' })
})

test('without a file for the digest it is not used', () => {
  const path = bundle()
  unlinkSync(`${path}.sha256`)
  expect(new BundledBwrap(path).look()).toEqual({ obstacle: 'has no recorded digest' })
})

test('what cannot be executed is not used, and is when it can be', () => {
  const path = bundle()
  const bundled = new BundledBwrap(path)
  chmodSync(path, 0o644)
  expect(bundled.look()).toEqual({ obstacle: 'is not executable' })
  chmodSync(path, 0o755)
  expect(bundled.look().bwrap).toBeDefined()
  expect(new BundledBwrap(`${path}-not`).look()).toEqual({ obstacle: 'is missing' })
})

test('one byte more is a mismatch, with both digests', () => {
  const path = bundle()
  appendFileSync(path, '!')
  const { bwrapPath, expected, got } = mismatchOf(() => new BundledBwrap(path).look())
  expect({ bwrapPath, expected, got }).toEqual({
    bwrapPath: path,
    expected: DIGEST,
    got: sha256(`${TEXT}!`),
  })
})

test('a link is not followed', () => {
  const path = bundle()
  renameSync(path, `${path}-elsewhere`)
  symlinkSync(`${path}-elsewhere`, path)
  expect(new BundledBwrap(path).look()).toEqual({ obstacle: 'is a link or cannot be read' })
})

test('what was altered in place after it was verified is noticed, every time', () => {
  const path = bundle()
  const bundled = new BundledBwrap(path)
  bundled.look()
  // Of the same size, so that only the change time tells.
  writeFileSync(path, TEXT.replace('a', 'A'))
  for (let look = 0; look < 3; look++) expect(mismatchOf(() => bundled.look()).expected).toBe(DIGEST)
  writeFileSync(path, TEXT)
  expect(bundled.look().bwrap).toBeDefined()
})

test('what was replaced stays what it was: the verified file is still open', () => {
  const path = bundle()
  const bundled = new BundledBwrap(path)
  const descriptor = bundled.look().bwrap?.descriptor
  writeFileSync(`${path}-new`, 'another')
  renameSync(`${path}-new`, path)
  writeFileSync(`${path}.sha256`, sha256('another'))
  expect(bundled.look().bwrap?.descriptor).toBe(descriptor)
  expect(readFileSync(`/proc/self/fd/${descriptor}`, 'utf8')).toBe(TEXT)
})

test('what was not changed for a while is not hashed again; what was just now, is', () => {
  const bundled = new BundledBwrap(bundle())
  const first = bundled.look().bwrap
  const second = bundled.look().bwrap
  expect(second).not.toBe(first)
  const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 10_000)
  onTestFinished(() => now.mockRestore())
  const settled = bundled.look().bwrap
  expect(settled).not.toBe(second)
  expect(bundled.look().bwrap).toBe(settled)
})
