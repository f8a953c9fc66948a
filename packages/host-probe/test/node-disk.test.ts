import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SandboxSetupError } from '@linux-sandbox/errors'
import { absolutePath } from '@linux-sandbox/policy'
import { expect, onTestFinished, test } from 'vitest'
import { nodeDisk } from '../src/index.ts'

test('says what is at a path, links not followed', () => {
  const at = realpathSync(mkdtempSync(join(tmpdir(), 'disk-test-')))
  onTestFinished(() => rmSync(at, { recursive: true, force: true }))
  writeFileSync(join(at, 'file'), '')
  mkdirSync(join(at, 'directory'))
  symlinkSync('../somewhere', join(at, 'link'))
  const kindOf = (name: string) => nodeDisk.kindOf(absolutePath(join(at, name)))

  expect(['file', 'directory', 'link', 'missing', 'file/below'].map(kindOf)).toEqual([
    'file',
    'directory',
    'symlink',
    undefined,
    undefined,
  ])
  expect(nodeDisk.kindOf(absolutePath('/dev/null'))).toBe('device')
  expect(nodeDisk.readLink(absolutePath(join(at, 'link')))).toBe('../somewhere')
})

test('what the kernel refuses to show is an error, not an absence', () => {
  expect(() => nodeDisk.kindOf(absolutePath(`/${'x'.repeat(300)}`))).toThrow(SandboxSetupError)
})

test('lists the names of a directory with their kinds, hidden ones and those that are no text included', () => {
  const at = realpathSync(mkdtempSync(join(tmpdir(), 'disk-test-')))
  onTestFinished(() => rmSync(at, { recursive: true, force: true }))
  mkdirSync(join(at, '.hidden'))
  writeFileSync(join(at, 'file'), '')
  symlinkSync('.hidden', join(at, 'link'))
  const list = () => nodeDisk.readDirectory(absolutePath(at)).toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
  const expected = [
    { name: '.hidden', kind: 'directory' },
    { name: 'file', kind: 'file' },
    { name: 'link', kind: 'symlink' },
  ]
  expect(list()).toEqual(expected)

  rmSync(join(at, 'file'))
  writeFileSync(Buffer.concat([Buffer.from(`${at}/a`), Buffer.of(0xff)]), '')
  expect(list()).toEqual([expected[0], { name: 'a\uFFFD', kind: 'file', hasNoPath: true }, expected[2]])
  writeFileSync(join(at, 'b\uFFFD'), '')
  expect(list()).toContainEqual({ name: 'b\uFFFD', kind: 'file' })
})

test('what is no directory any more holds nothing, and one that cannot be listed is an error with its name', () => {
  expect(nodeDisk.readDirectory(absolutePath('/dev/null'))).toEqual([])
  expect(nodeDisk.readDirectory(absolutePath('/dev/null/missing'))).toEqual([])
  const tooLong = `/${'x'.repeat(300)}`
  expect(() => nodeDisk.readDirectory(absolutePath(tooLong))).toThrow(`cannot list the directory ${tooLong}`)
  expect(() => nodeDisk.readDirectory(absolutePath(tooLong))).toThrow(SandboxSetupError)
})

test('reads files, and waits for no writer of a pipe', () => {
  const at = realpathSync(mkdtempSync(join(tmpdir(), 'disk-test-')))
  onTestFinished(() => rmSync(at, { recursive: true, force: true }))
  writeFileSync(join(at, 'short'), 'text\n')
  writeFileSync(join(at, 'long'), 'x'.repeat(70_000))
  symlinkSync('short', join(at, 'link'))
  execFileSync('mkfifo', [join(at, 'pipe')])
  const read = (name: string) => nodeDisk.readFile(absolutePath(join(at, name)))

  expect(['short', 'pipe'].map(read)).toEqual(['text\n', ''])
  expect(read('long')).toBe('x'.repeat(65_536))
  expect(() => read('link')).toThrow(SandboxSetupError)
})

test('says which directories can be passed without a privilege', () => {
  const at = realpathSync(mkdtempSync(join(tmpdir(), 'disk-test-')))
  onTestFinished(() => rmSync(at, { recursive: true, force: true }))
  const canPass = (mode: number) => {
    chmodSync(at, mode)
    return nodeDisk.canPass(absolutePath(at))
  }
  expect([0o700, 0o600].map(canPass)).toEqual([true, false])
})

test.skipIf(process.geteuid?.() !== 0)('root has no privilege over directories of others', () => {
  const at = realpathSync(mkdtempSync(join(tmpdir(), 'disk-test-')))
  onTestFinished(() => rmSync(at, { recursive: true, force: true }))
  const own = process.getegid?.() ?? 0
  const canPass = (gid: number, mode: number) => {
    chownSync(at, 61_234, gid)
    chmodSync(at, mode)
    return nodeDisk.canPass(absolutePath(at))
  }
  expect([canPass(61_234, 0o770), canPass(61_234, 0o701)]).toEqual([false, true])
  expect([canPass(own, 0o701), canPass(own, 0o710)]).toEqual([false, true])
})
