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
