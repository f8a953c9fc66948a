import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NativeMissingError } from '@linux-sandbox/errors'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { NATIVE_PROGRAM_VARIABLE, nativeProgramPath } from '../src/index.js'

let directory: string
const before = process.env[NATIVE_PROGRAM_VARIABLE]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'native-path-'))
})

afterEach(() => {
  rmSync(directory, { recursive: true })
  if (before === undefined) delete process.env[NATIVE_PROGRAM_VARIABLE]
  else process.env[NATIVE_PROGRAM_VARIABLE] = before
})

test('an override is used as it is', () => {
  const path = join(directory, 'program')
  writeFileSync(path, '')
  chmodSync(path, 0o755)
  process.env[NATIVE_PROGRAM_VARIABLE] = path
  expect(nativeProgramPath()).toBe(path)
})

test('an empty override counts as none', () => {
  process.env[NATIVE_PROGRAM_VARIABLE] = ''
  expect(nativeProgramPath()).toMatch(/\/bin\/(x86_64|aarch64)\/linux-sandbox-native$/)
})

test.each([
  { why: 'is relative', value: () => 'program', phrase: 'is not an absolute path' },
  { why: 'is missing', value: () => join(directory, 'missing'), phrase: 'does not exist' },
  { why: 'is a directory', value: () => directory, phrase: 'is not a file' },
  {
    why: 'has no execute bit',
    value: () => {
      writeFileSync(join(directory, 'text'), '', { mode: 0o644 })
      return join(directory, 'text')
    },
    phrase: 'cannot be executed',
  },
])('an override that $why is reported, not skipped', ({ value, phrase }) => {
  const path = value()
  process.env[NATIVE_PROGRAM_VARIABLE] = path
  expect(() => nativeProgramPath()).toThrow(NativeMissingError)
  expect(() => nativeProgramPath()).toThrow(
    `LINUX_SANDBOX_NATIVE is ${JSON.stringify(path)}, which ${phrase}`,
  )
})
