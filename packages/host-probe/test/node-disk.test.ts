import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
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

test('reads files and directories, and waits for no writer of a pipe', () => {
  const at = realpathSync(mkdtempSync(join(tmpdir(), 'disk-test-')))
  onTestFinished(() => rmSync(at, { recursive: true, force: true }))
  writeFileSync(join(at, 'short'), 'text\n')
  writeFileSync(join(at, 'long'), 'x'.repeat(70_000))
  mkdirSync(join(at, 'directory'))
  symlinkSync('short', join(at, 'link'))
  execFileSync('mkfifo', [join(at, 'pipe')])
  const read = (name: string) => nodeDisk.readFile(absolutePath(join(at, name)))

  expect(['short', 'pipe'].map(read)).toEqual(['text\n', ''])
  expect(read('long')).toBe('x'.repeat(65_536))
  expect(() => read('link')).toThrow(SandboxSetupError)
  expect(nodeDisk.readDirectory(absolutePath(at)).toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
    { name: 'directory', kind: 'directory' },
    { name: 'link', kind: 'symlink' },
    { name: 'long', kind: 'file' },
    { name: 'pipe', kind: 'device' },
    { name: 'short', kind: 'file' },
  ])
})
