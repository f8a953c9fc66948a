import { PlatformUnsupportedError } from '@linux-sandbox/errors'
import { expect, test } from 'vitest'
import { requirePlatform } from '../src/index.ts'

test.each([
  { platform: 'linux', arch: 'x64', expected: 'x86_64' },
  { platform: 'linux', arch: 'arm64', expected: 'aarch64' },
])('$platform on $arch is $expected', ({ platform, arch, expected }) => {
  expect(requirePlatform({ platform, arch })).toBe(expected)
})

test.each([
  { platform: 'darwin', arch: 'arm64' },
  { platform: 'win32', arch: 'x64' },
  { platform: 'linux', arch: 'riscv64' },
  { platform: 'linux', arch: 'ia32' },
  { platform: 'linux', arch: 'constructor' },
])('$platform on $arch is refused', ({ platform, arch }) => {
  expect(() => requirePlatform({ platform, arch })).toThrow(PlatformUnsupportedError)
})
