import { absolutePath } from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import type { DiskContent } from './memory-disk.ts'
import { lines, OWN_PLACES, plan, type Grants } from './plan-lines.ts'

const MERGED_USR: DiskContent = {
  '/bin': { to: 'usr/bin' },
  '/lib': { to: 'usr/lib' },
  '/usr/bin/sh': 'file',
  '/usr/lib/libc.so': 'file',
  '/etc/passwd': 'file',
}

test.each([
  {
    why: 'nothing at all',
    grants: {},
    content: {},
    base: [],
    expected: [],
  },
  {
    why: 'deny on / says no more than no entry',
    grants: { '/': 'deny', '/data': 'read' },
    content: { '/data/x': 'file' },
    base: [],
    expected: ['read /data'],
  },
  {
    why: 'platform defaults, with the links by which programs name them',
    grants: { ':minimal': 'read' },
    content: MERGED_USR,
    base: ['link /bin to usr/bin', 'link /lib to usr/lib'],
    expected: ['read /etc', 'read /usr'],
  },
  {
    why: 'platform defaults give way to an entry',
    grants: { ':minimal': 'read', '/etc': 'deny', '/usr/lib': 'write' },
    content: { ...MERGED_USR, '/usr/lib/.git/x': 'file' },
    base: ['link /bin to usr/bin', 'link /lib to usr/lib'],
    expected: ['read /usr', 'write /usr/lib', 'read /usr/lib/.git'],
  },
  {
    why: 'no link to what another entry denies',
    grants: { '/links/a': 'read', '/data/a': 'deny', '/links/b': 'read' },
    content: {
      '/links/a': { to: '/data/a' },
      '/links/b': { to: '/data/b' },
      '/data/a': 'file',
      '/data/b': 'file',
    },
    base: ['directory /data 111', 'directory /links 111', 'link /links/b to /data/b'],
    expected: ['read /data/b'],
  },
  {
    why: 'the way to what is granted, file or directory',
    grants: { '/a/b/file': 'read', '/a/c': 'write' },
    content: { '/a/b/file': 'file', '/a/c/x': 'file' },
    base: ['directory /a 111', 'directory /a/b 111'],
    expected: ['write /a/c', 'read /a/b/file'],
  },
  {
    why: 'the links by which an entry names what it grants, in places that nothing grants',
    grants: { '/home/link/file': 'read' },
    content: { '/home/link': { to: '../srv/real' }, '/srv/real/file': 'file' },
    base: [
      'directory /home 111',
      'directory /srv 111',
      'directory /srv/real 111',
      'link /home/link to ../srv/real',
    ],
    expected: ['read /srv/real/file'],
  },
  {
    why: 'no link that is visible anyway, and none to what is denied',
    grants: { '/home': 'read', '/home/link': 'read', '/other': 'deny' },
    content: { '/home/link': { to: '/srv' }, '/srv/x': 'file', '/other': { to: '/srv/x' } },
    base: [],
    expected: ['read /home', 'read /srv', 'mask /srv/x'],
  },
] satisfies { why: string; grants: Grants; content: DiskContent; base: string[]; expected: string[] }[])(
  'starts from an empty base: $why',
  ({ grants, content, base, expected }) => {
    expect(lines(plan(grants, content).operations)).toEqual([
      'mask // traversable',
      ...base,
      ...OWN_PLACES,
      ...expected,
      'freeze /',
    ])
  },
)

test('reading /dev and /proc gives the ones of the sandbox', () => {
  const content: DiskContent = { '/dev/null': 'device', '/proc': 'directory' }
  const grants: Grants = { '/dev': 'read', '/dev/null': 'write', '/proc': 'read' }
  expect(lines(plan(grants, content).operations)).toEqual(['mask // traversable', ...OWN_PLACES, 'freeze /'])
})

test('a denied device of the minimal /dev is masked although nothing grants it', () => {
  expect(lines(plan({ '/dev/zero': 'deny' }, { '/dev/zero': 'device' }).operations)).toContain(
    'mask /dev/zero',
  )
})

test.each([
  {
    why: 'nothing, with the program in /dev, where the policy does not read it',
    grants: { '/data': 'read' },
    expected: [
      'read /dev/.linux-sandbox-enter from /opt/enter',
      'freeze /dev',
      'mask /proc/',
      'freeze /proc',
      'read /data',
    ],
    program: '/dev/.linux-sandbox-enter',
  },
  {
    why: 'the one of the host, where an entry reads it',
    grants: { '/data': 'read', '/proc': 'read' },
    expected: ['freeze /dev', 'read /proc', 'read /data'],
    program: undefined,
  },
] satisfies { why: string; grants: Grants; expected: string[]; program: string | undefined }[])(
  'without a fresh /proc there is $why',
  ({ grants, expected, program }) => {
    const planned = plan(
      grants,
      { '/data/x': 'file', '/proc': 'directory' },
      { proc: 'granted', program: absolutePath('/opt/enter') },
    )
    expect(lines(planned.operations)).toEqual([
      'mask // traversable',
      'dev',
      'tmpfs /dev/shm 1777',
      ...expected,
      'freeze /',
    ])
    expect(planned.program).toBe(program)
  },
)

test('the program is in /dev too where the policy denies /proc, and both cannot be denied', () => {
  const content: DiskContent = { '/proc': 'directory', '/dev': 'directory' }
  const program = absolutePath('/opt/enter')
  expect(plan({ '/': 'read', '/proc': 'deny' }, content, { program }).program).toBe(
    '/dev/.linux-sandbox-enter',
  )
  expect(() => plan({ '/': 'read', '/proc': 'deny', '/dev': 'deny' }, content, { program })).toThrow(
    /deny on \/dev/,
  )
  expect(plan({ '/': 'read', '/dev': 'deny' }, content, { program }).program).toBeUndefined()
})

test('a process of the host cannot be denied: the sandbox has other ones', () => {
  expect(() =>
    plan({ '/': 'read', '/proc/self': 'deny' }, { '/proc/self': { to: '17' }, '/proc/17/x': 'file' }),
  ).toThrow(/the process is one of the host/)
})
