import { expect, test } from 'vitest'
import * as errors from '../src/index.ts'
import {
  BwrapDigestMismatchError,
  BwrapMissingError,
  BwrapTooOldError,
  CommandNotStartedError,
  formatIssuePath,
  isSandboxError,
  LandlockMissingError,
  NativeMissingError,
  PlatformUnsupportedError,
  PolicyInvalidError,
  PolicyUnsupportedError,
  ProxyRouteError,
  SandboxError,
  SandboxSetupError,
  UnknownProfileError,
  WslUnsupportedError,
} from '../src/index.ts'

/** One of each class. A test below fails when one is missing here. */
const SAMPLES: readonly SandboxError[] = [
  new BwrapDigestMismatchError('/opt/bwrap', { expected: 'a'.repeat(64), got: 'b'.repeat(64) }),
  new BwrapMissingError('it is not in PATH'),
  new BwrapTooOldError('--perms', '/usr/bin/bwrap', { needed: '0.5.0' }),
  new CommandNotStartedError('npm', 2, 'was not found', { hint: 'check PATH' }),
  new CommandNotStartedError('./x', 13, 'could not be executed (EACCES)'),
  new NativeMissingError('it was not built'),
  new PlatformUnsupportedError('darwin', 'arm64'),
  new PolicyInvalidError('the profile', [
    { path: ['entries', 0, 'a b'], message: 'is no path', line: 3, column: 7 },
  ]),
  new PolicyUnsupportedError('deny on /x', 'it does not exist'),
  new SandboxSetupError({ step: 'seccomp', errno: 22 }, 'EINVAL'),
  new UnknownProfileError(':nope', [':workspace', ':read-only']),
  new LandlockMissingError(),
  new WslUnsupportedError(),
  new ProxyRouteError('no proxy can be used', [{ name: 'HTTP_PROXY', why: 'is empty' }]),
]

test('codes, names and statuses never change', () => {
  expect(SAMPLES.map(({ name, code, exitStatus }) => `${name} ${code} ${exitStatus}`)).toEqual([
    'BwrapDigestMismatchError BWRAP_DIGEST_MISMATCH 125',
    'BwrapMissingError BWRAP_MISSING 125',
    'BwrapTooOldError BWRAP_TOO_OLD 125',
    'CommandNotStartedError COMMAND_NOT_FOUND 127',
    'CommandNotStartedError COMMAND_NOT_EXECUTABLE 126',
    'NativeMissingError NATIVE_MISSING 125',
    'PlatformUnsupportedError PLATFORM_UNSUPPORTED 125',
    'PolicyInvalidError POLICY_INVALID 2',
    'PolicyUnsupportedError POLICY_UNSUPPORTED 125',
    'SandboxSetupError SANDBOX_SETUP_FAILED 125',
    'UnknownProfileError PROFILE_UNKNOWN 2',
    'LandlockMissingError LANDLOCK_MISSING 125',
    'WslUnsupportedError WSL1_UNSUPPORTED 125',
    'ProxyRouteError PROXY_NOT_ROUTABLE 125',
  ])
})

test('every exported class is among the samples', () => {
  const exported = Object.values<unknown>(errors).filter(
    (value): value is new (...args: never) => SandboxError =>
      typeof value === 'function' && value.prototype instanceof SandboxError,
  )
  expect(exported.length).toBeGreaterThan(8)
  for (const one of exported) {
    expect(
      SAMPLES.some((sample) => sample.constructor === one),
      one.name,
    ).toBe(true)
  }
})

test('a message is one line that says what is wrong', () => {
  for (const { message } of SAMPLES) expect(message).not.toContain('\n')
  expect(SAMPLES[7]?.message).toBe(
    'the profile is not valid: entries[0]."a b": is no path (line 3, column 7)',
  )
})

test('an altered bwrap is told with its path and both digests', () => {
  const [expected, got] = ['a'.repeat(64), 'b'.repeat(64)]
  const error = new BwrapDigestMismatchError('/opt/bwrap', { expected, got })
  expect(error).toMatchObject({ bwrapPath: '/opt/bwrap', expected, got })
  for (const part of ['/opt/bwrap', expected, got]) expect(error.message).toContain(part)
})

test('a bwrap that is too old is told with what keeps the others from being used', () => {
  const details = { needed: '0.5.0', others: '/b/bwrap is not executable' }
  expect(new BwrapTooOldError('--perms', '/a/bwrap', details)).toMatchObject({
    message: '/a/bwrap has no option --perms, and no other can be used: /b/bwrap is not executable',
    hint: 'install bubblewrap 0.5.0 or newer',
  })
})

test('a proxy that cannot be routed to is told with every variable', () => {
  const variables = [
    { name: 'ALL_PROXY', why: 'is empty' },
    { name: 'http_proxy', why: 'is not on loopback' },
  ]
  expect(new ProxyRouteError('no proxy can be used', variables)).toMatchObject({
    variables,
    message: 'no proxy can be used (ALL_PROXY: is empty; http_proxy: is not on loopback)',
  })
  expect(new ProxyRouteError('no proxy can be used', []).message).toBe('no proxy can be used')
})

test('an error of another copy of the package is recognised', () => {
  const foreign = Object.assign(new Error('of a copy'), { [Symbol.for('@linux-sandbox/errors')]: true })
  expect(isSandboxError(foreign)).toBe(true)
  expect(SAMPLES.every((sample) => isSandboxError(sample))).toBe(true)
})

test.each([new Error('x'), undefined, null, 'text', { code: 'POLICY_INVALID' }])(
  '%s is none of ours',
  (value) => {
    expect(isSandboxError(value)).toBe(false)
  },
)

test('the cause is kept', () => {
  const cause = new Error('why')
  expect(new NativeMissingError('it is gone', { cause }).cause).toBe(cause)
})

test.each([
  { path: [], text: '' },
  { path: ['a', 'b'], text: 'a.b' },
  { path: ['entries', 2, 'path'], text: 'entries[2].path' },
  { path: ['/repo', 0], text: '"/repo"[0]' },
])('the place $path is written $text', ({ path, text }) => {
  expect(formatIssuePath(path)).toBe(text)
})
