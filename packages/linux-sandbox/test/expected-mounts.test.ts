import type { MountOperation } from '@linux-sandbox/mount-plan'
import { absolutePath } from '@linux-sandbox/policy'
import { describe, expect, test } from 'vitest'
import { expectedMounts } from '../src/expected-mounts.js'
import { errorOfReport } from '../src/failure.js'

const cause = { kind: 'base', reason: 'test' } as const
const at = (target: string) => ({ target: absolutePath(target), cause })
const bind = (access: 'read' | 'write', target: string, source = target): MountOperation => ({
  type: 'bind',
  access,
  source: absolutePath(source),
  ...at(target),
})
const mask = (target: string): MountOperation => ({
  type: 'mask-directory',
  traversable: false,
  ...at(target),
})

describe('expectedMounts', () => {
  test('tells what each kind of operation comes to', () => {
    const operations: MountOperation[] = [
      { type: 'root', access: 'read', devices: false, cause },
      { type: 'dev', cause },
      { type: 'device', source: absolutePath('/dev/dri/card1'), ...at('/dev/card') },
      { type: 'proc', cause },
      bind('write', '/w'),
      bind('read', '/w/.git', '/run/unlisted'),
      mask('/w/a'),
      { type: 'directory', mode: 0o111, ...at('/w/a/b') },
      { type: 'symlink', to: 'b', ...at('/w/a/c') },
      { type: 'mask-file', ...at('/w/x.env') },
      { type: 'tmpfs', mode: 0o1777, ...at('/tmp') },
      { type: 'remount-read-only', ...at('/w/a') },
    ]
    expect(expectedMounts(operations)).toEqual([
      { expectation: 'bound', source: '/dev/dri/card1', target: '/dev/card' },
      { expectation: 'bound', source: '/w', target: '/w' },
      { expectation: 'bound-read-only', source: '/run/unlisted', target: '/w/.git' },
      { expectation: 'masked-directory', target: '/w/a' },
      { expectation: 'masked-file', target: '/w/x.env' },
      { expectation: 'fresh-directory', target: '/tmp' },
    ])
  })

  test.each([
    { why: 'the empty base', operations: [mask('/')], targets: [] },
    {
      why: 'the places that every sandbox has of its own',
      operations: [bind('read', '/dev/x'), bind('read', '/proc'), mask('/proc/sys'), bind('read', '/device')],
      targets: ['/device'],
    },
    {
      why: 'what a later one covers',
      operations: [
        bind('read', '/r'),
        bind('read', '/r/x/y'),
        mask('/r/x'),
        bind('read', '/r/x/z'),
        mask('/r/x/z'),
      ],
      targets: ['/r', '/r/x', '/r/x/z'],
    },
  ])('leaves out $why', ({ operations, targets }) => {
    expect(expectedMounts(operations).map(({ target }) => target)).toEqual(targets)
  })
})

test.each([
  { errno: 116, reason: '/w/a changed while the sandbox was set up', hint: /^try again; / },
  { errno: 40, reason: '/w/a changed while the sandbox was set up', hint: /^try again; / },
  {
    errno: 13,
    reason: 'what is mounted at /w/a cannot be verified (EACCES)',
    hint: /directories on the way/,
  },
])('a mount that fails with errno $errno is told with a hint', ({ errno, reason, hint }) => {
  const request = {
    launcher: '/bwrap',
    launcherArgv: [],
    reraise: true,
    enter: { argv: [], env: {}, cwd: '/' },
  }
  const error = errorOfReport(
    { kind: 'failed', attempt: 'first', step: 'mounts', path: '/w/a', errno },
    request,
  )
  expect(error).toMatchObject({ code: 'SANDBOX_SETUP_FAILED', step: 'mounts', errno })
  expect(error?.message).toContain(reason)
  expect((error as { hint?: string }).hint).toMatch(hint)
})
