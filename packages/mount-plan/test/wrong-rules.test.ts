import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { expect, test } from 'vitest'
import type { DiskContent } from './memory-disk.ts'
import { BASE, lines, OWN_PLACES, plan, type Grants, type PlanSetting } from './plan-lines.ts'

/*
 * The rules that other sandboxes get wrong: the rows of the table in the design, one test each. Those that need a kernel are in
 * tools/sandbox-tests/test/policy.
 */

interface Row {
  readonly row: string
  readonly grants: Grants
  readonly content: DiskContent
  readonly setting?: PlanSetting
  readonly expected: readonly string[]
}

const MAKE: PlanSetting = { placeholders: 'make' }

test.each<Row>([
  {
    row: 'a writable root that is a regular file is bound, and nothing below it is masked',
    grants: { '/': 'read', '/w/file': 'write' },
    content: { '/w/file': 'file' },
    setting: MAKE,
    expected: [...BASE, 'write /w/file'],
  },
  {
    row: 'a missing path under a nested writable root in a read-only parent is masked after the nested root is bound',
    grants: { '/': 'read', '/w': 'write', '/w/ro': 'read', '/w/ro/rw': 'write', '/w/ro/rw/new': 'deny' },
    content: {
      '/w/ro/rw/x': 'file',
      ...protectedNamesIn('/w'),
      ...protectedNamesIn('/w/ro/rw'),
    },
    setting: MAKE,
    expected: [
      ...BASE,
      'write /w',
      ...['.agents', '.aws', '.codex', '.git'].map((name) => `read /w/${name}`),
      'read /w/ro',
      'write /w/ro/rw',
      ...['.agents', '.aws', '.codex', '.git'].map((name) => `read /w/ro/rw/${name}`),
      'mask /w/ro/rw/new/',
      'freeze /w/ro/rw/new',
    ],
  },
  {
    row: 'a read-only child of a denied directory is reopened',
    grants: { '/': 'read', '/d': 'deny', '/d/child': 'read' },
    content: { '/d/child/x': 'file' },
    expected: [...BASE, 'mask /d/ traversable', 'read /d/child', 'freeze /d'],
  },
  {
    row: 'stray writes into the base of a restricted read have nowhere to go: it is frozen last',
    grants: { '/data': 'read' },
    content: { '/data/x': 'file' },
    expected: ['mask // traversable', ...OWN_PLACES, 'read /data', 'freeze /'],
  },
  {
    row: 'what grants no working directory grants none of its parents either',
    grants: { '/data/deep/file': 'read' },
    content: { '/data/deep/file': 'file' },
    expected: [
      'mask // traversable',
      'directory /data 111',
      'directory /data/deep 111',
      ...OWN_PLACES,
      'read /data/deep/file',
      'freeze /',
    ],
  },
  {
    row: 'devices are added to the minimal /dev before it is frozen',
    grants: { '/': 'read' },
    content: { '/dev/dri/card0': 'device' },
    setting: { devices: ['/dev/dri', '/dev/dri/card0'] as PlanSetting['devices'] & object },
    expected: [
      'root read',
      'dev',
      'device /dev/dri',
      'tmpfs /dev/shm 1777',
      'freeze /dev',
      'proc',
      'freeze /proc',
    ],
  },
  {
    row: 'a private /tmp is mounted before what the policy grants in it',
    grants: {
      '/': 'read',
      ':slash_tmp': 'write',
      '/tmp/work': 'write',
      '/tmp/data': 'read',
      '/tmp/no': 'deny',
    },
    content: { '/tmp/work/.git/x': 'file', '/tmp/data/x': 'file', '/tmp/no': 'file', '/tmp/.git/x': 'file' },
    setting: { privateTmp: true },
    expected: [
      ...BASE,
      'tmpfs /tmp 1777',
      'read /tmp/data',
      'mask /tmp/no',
      'write /tmp/work',
      'read /tmp/work/.git',
    ],
  },
])('$row', ({ grants, content, setting, expected }) => {
  expect(lines(plan(grants, content, setting).operations)).toEqual(expected)
})

function protectedNamesIn(root: string): DiskContent {
  return Object.fromEntries(
    ['.git', '.codex', '.agents', '.aws'].map((name) => [`${root}/${name}`, 'directory']),
  )
}

test('many masks take one operation each and a second one when all is mounted', () => {
  const names = Array.from({ length: 300 }, (_, index) => `/w/d${String(index).padStart(3, '0')}`)
  const grants: Grants = { '/': 'read', ...Object.fromEntries(names.map((name) => [name, 'deny'])) }
  const content = Object.fromEntries(names.map((name) => [name, 'directory'] as const))
  expect(lines(plan(grants, content).operations)).toEqual([
    ...BASE,
    ...names.map((name) => `mask ${name}/`),
    ...names.toReversed().map((name) => `freeze ${name}`),
  ])
})

test.each([
  { device: '/dev/null', why: 'every sandbox has one of its own' },
  { device: '/dev/pts/0', why: 'every sandbox has one of its own' },
  { device: '/dev', why: 'every sandbox has one of its own' },
  { device: '/etc/shadow', why: 'it does not lie in /dev' },
  { device: '/dev/elsewhere', why: 'it does not lie in /dev' },
])('the device $device is refused: $why', ({ device, why }) => {
  const content: DiskContent = {
    '/dev/null': 'device',
    '/etc/shadow': 'file',
    '/dev/elsewhere': { to: '/etc' },
  }
  const devices = [device] as unknown as NonNullable<PlanSetting['devices']>
  expect(() => plan({ '/': 'read' }, content, { devices })).toThrow(PolicyUnsupportedError)
  expect(() => plan({ '/': 'read' }, content, { devices })).toThrow(why)
})

test('a device that the host lacks is noted', () => {
  const devices = ['/dev/dri'] as unknown as NonNullable<PlanSetting['devices']>
  const { operations, notes } = plan({ '/': 'read' }, {}, { devices })
  expect(lines(operations)).toEqual(BASE)
  expect(notes).toEqual([
    { kind: 'device-missing', path: '/dev/dri', message: '/dev/dri does not exist on this host' },
  ])
})

test('a private /tmp needs a directory to be mounted on', () => {
  expect(() => plan({ '/': 'read' }, { '/tmp': 'file' }, { privateTmp: true })).toThrow(/privateTmp/)
})
