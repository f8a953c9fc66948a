import { expect, test } from 'vitest'
import { describeHost, describeUserNamespaces, isAtLeast } from '../src/index.ts'
import { AS_ROOT, fakeFiles, ORDINARY } from './fake-files.ts'

const LIMIT = '/proc/sys/user/max_user_namespaces'
const SWITCH = '/proc/sys/kernel/unprivileged_userns_clone'
const APPARMOR = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns'

test.each([
  { setting: LIMIT, value: '0', by: 'limit', forRoot: true },
  { setting: SWITCH, value: '0', by: 'switch', forRoot: false },
  { setting: APPARMOR, value: '1', by: 'apparmor', forRoot: false },
])('$setting = $value forbids user namespaces, to root: $forRoot', ({ setting, value, by, forRoot }) => {
  const files = fakeFiles({ [setting]: `${value}\n` })
  const forbidden = { kind: 'forbidden', by, setting, value }
  expect(describeUserNamespaces(false, files)).toEqual(forbidden)
  expect(describeUserNamespaces(true, files)).toEqual(forRoot ? forbidden : { kind: 'allowed' })
  const other = fakeFiles({ [setting]: value === '0' ? '1\n' : '0\n' })
  expect(describeUserNamespaces(false, other)).toEqual({ kind: 'allowed' })
})

test('root without CAP_SYS_ADMIN, or of a user namespace, is bound as an ordinary user is', () => {
  const switched = { ...AS_ROOT, [SWITCH]: '0' }
  expect(describeHost(fakeFiles(switched)).userNamespaces.kind).toBe('allowed')
  const weak = { ...switched, '/proc/self/status': ORDINARY['/proc/self/status'].replaceAll('1000', '0') }
  expect(describeHost(fakeFiles(weak)).userNamespaces.kind).toBe('forbidden')
  const nested = { ...switched, '/proc/self/uid_map': '0 1000 1\n' }
  expect(describeHost(fakeFiles(nested)).userNamespaces.kind).toBe('forbidden')
})

test.each([
  {
    why: 'an ordinary one',
    files: ORDINARY,
    expected: { uid: 1000, isFiltered: false, isPrivileged: false, isMapped: true },
  },
  { why: 'root', files: AS_ROOT, expected: { uid: 0, isPrivileged: true, hasAdminInBounds: true } },
  {
    why: 'one with a filter',
    files: {
      ...ORDINARY,
      '/proc/self/status': ORDINARY['/proc/self/status'].replace('Seccomp:\t0', 'Seccomp:\t2'),
    },
    expected: { isFiltered: true },
  },
  {
    why: 'one with ambient capabilities',
    files: {
      ...ORDINARY,
      '/proc/self/status': ORDINARY['/proc/self/status'].replace(
        'CapAmb:\t0000000000000000',
        'CapAmb:\t0000000000000001',
      ),
    },
    expected: { hasAmbientCapabilities: true },
  },
  {
    why: 'one in a container of Docker',
    files: {
      ...ORDINARY,
      '/proc/self/status': ORDINARY['/proc/self/status'].replace(
        'CapBnd:\t000001ffffffffff',
        'CapBnd:\t00000000a80425fb',
      ),
    },
    expected: { hasAdminInBounds: false },
  },
  {
    why: 'one without a number',
    files: { ...ORDINARY, '/proc/self/uid_map': '' },
    expected: { isMapped: false, isInFirstUserNamespace: false },
  },
  {
    why: 'one whose group has none',
    files: { ...ORDINARY, '/proc/self/gid_map': '0 0 1000\n' },
    expected: { isMapped: false },
  },
])('of a process it is known that it is $why', ({ files, expected }) => {
  expect(describeHost(fakeFiles(files)).process).toMatchObject(expected)
})

const PROFILES = '/sys/kernel/security/apparmor/profiles'

test.each([
  { why: 'nothing there', files: {}, profile: 'none' },
  {
    why: 'one loaded',
    files: { [PROFILES]: 'bwrap (enforce)\nunpriv_bwrap (enforce)\n' },
    profile: 'loaded',
  },
  {
    why: 'one loaded by its path',
    files: { [PROFILES]: '/usr/bin/bwrap (unconfined)\n' },
    profile: 'loaded',
  },
  {
    why: 'others loaded',
    files: { [PROFILES]: 'xbwrap (enforce)\nbwrap-else (enforce)\n', '/etc/apparmor.d/bwrap': '' },
    profile: 'none',
  },
  { why: 'a file for one', files: { '/etc/apparmor.d/bwrap-userns-restrict': '' }, profile: 'installed' },
  {
    why: 'a file that is disabled',
    files: { '/etc/apparmor.d/bwrap': '', '/etc/apparmor.d/disable/bwrap': '' },
    profile: 'none',
  },
])('AppArmor with $why: its profile for bwrap is $profile', ({ files, profile }) => {
  expect(describeHost(fakeFiles(files)).appArmor).toMatchObject({
    bwrapProfile: profile,
    restrictsUserNamespaces: false,
  })
})

test('a profile that Ubuntu ships, and the one around this process, are named', () => {
  const shipped = '/usr/share/apparmor/extra-profiles/bwrap-userns-restrict'
  const files = { [APPARMOR]: '1\n', [shipped]: '', '/proc/self/attr/current': 'docker-default (enforce)\n' }
  expect(describeHost(fakeFiles(files)).appArmor).toEqual({
    restrictsUserNamespaces: true,
    bwrapProfile: 'none',
    shippedProfile: shipped,
    confinement: 'docker-default (enforce)',
  })
  expect(
    describeHost(fakeFiles({ '/proc/self/attr/current': 'unconfined\n' })).appArmor.confinement,
  ).toBeUndefined()
})

test.each([
  { files: { '/.dockerenv': '' }, kind: 'docker' },
  { files: { '/run/.containerenv': 'engine="podman"' }, kind: 'podman' },
  { files: { '/run/.containerenv': '', '/.dockerenv': '' }, kind: 'podman' },
  {
    files: { '/proc/1/cgroup': '0::/kubepods.slice/kubepods-pod1.slice\n', '/.dockerenv': '' },
    kind: 'kubernetes',
  },
  { files: { '/var/run/secrets/kubernetes.io/serviceaccount/token': '' }, kind: 'kubernetes' },
  { files: { '/proc/1/cgroup': '1:cpu:/docker/0123456789abcdef\n' }, kind: 'docker' },
  { files: { '/proc/1/cgroup': '0::/user.slice/libpod-0123.scope\n' }, kind: 'podman' },
  { files: { '/proc/1/cgroup': '0::/lxc.payload.one\n' }, kind: 'lxc' },
  { files: { '/run/systemd/container': 'systemd-nspawn\n' }, kind: 'systemd-nspawn' },
  { files: { '/run/systemd/container': 'something-new\n' }, kind: 'other' },
  { files: { '/proc/self/mountinfo': '1 1 0:1 / /proc/stat rw - fuse.lxcfs lxcfs rw\n' }, kind: 'lxc' },
  {
    files: {
      '/proc/self/mountinfo': '1 1 0:1 / / rw - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A\n',
    },
    kind: 'docker',
  },
  {
    files: {
      '/proc/1/cgroup': '0::/init.scope\n',
      '/proc/self/mountinfo': '1 1 0:1 / / rw - overlay o rw\n',
    },
    kind: undefined,
  },
  { files: {}, kind: undefined },
])('$files is a container of kind $kind', ({ files, kind }) => {
  expect(describeHost(fakeFiles(files)).container?.kind).toBe(kind)
})

test('what of /proc is covered is listed, but not what is there to be mounted on', () => {
  const lines = [
    '/ /',
    '/ /proc',
    '/ /proc/kcore',
    '/ /proc/sys/fs/binfmt_misc',
    '/ /proc/sys',
    '/ /proc/sys',
    '/ /processes',
  ]
  const mountinfo = lines.map((paths, index) => `${index + 1} 1 0:1 ${paths} rw - tmpfs tmpfs rw`).join('\n')
  expect(describeHost(fakeFiles({ '/proc/self/mountinfo': mountinfo })).procMasks).toEqual([
    '/proc/kcore',
    '/proc/sys',
  ])
})

test.each([
  { why: 'a root that is a mount', files: ORDINARY, isInChroot: false },
  {
    why: 'no mount at the root',
    files: { ...ORDINARY, '/proc/self/mountinfo': '3 1 0:1 / /proc rw - proc proc rw\n' },
    isInChroot: true,
  },
  { why: 'no table of mounts', files: {}, isInChroot: false },
])('with $why it is a chroot: $isInChroot', ({ files, isInChroot }) => {
  expect(describeHost(fakeFiles(files)).isInChroot).toBe(isInChroot)
})

test.each([
  {
    limits: 'Max open files            100                  4096                 files\n',
    expected: { openFiles: 100 },
  },
  {
    limits: 'Max address space         1048576              unlimited            bytes\n',
    expected: { addressSpaceBytes: 1_048_576 },
  },
  { limits: 'Max address space         unlimited            unlimited            bytes\n', expected: {} },
])('$limits gives $expected', ({ limits, expected }) => {
  expect(describeHost(fakeFiles({ '/proc/self/limits': limits })).limits).toEqual({
    ...expected,
    hasStrictMemory: false,
  })
})

test('strict memory is 2, and nothing else', () => {
  const strict = (value: string) =>
    describeHost(fakeFiles({ '/proc/sys/vm/overcommit_memory': value })).limits.hasStrictMemory
  expect([strict('0\n'), strict('1\n'), strict('2\n')]).toEqual([false, false, true])
})

test.each([
  { release: '5.9.0-arm64', is: true },
  { release: '5.10.0', is: true },
  { release: '6.0', is: true },
  { release: '5.8.18-generic', is: false },
  { release: '4.19.104-microsoft-standard', is: false },
  { release: 'unknown', is: true },
])('$release is Linux 5.9 or newer: $is', ({ release, is }) => {
  expect(isAtLeast(release, [5, 9])).toBe(is)
})

test('a host of which nothing can be read is described all the same', () => {
  expect(describeHost(fakeFiles({}))).toMatchObject({
    hasProc: false,
    hasTmp: false,
    wsl: 'none',
    procMasks: [],
  })
})
