import { expect, test } from 'vitest'
import { fileSystemKind, mayHang, mountOf, parseMounts } from '../src/index.ts'

const MOUNTS = parseMounts(
  [
    '27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
    '30 27 0:30 / /home rw master:2 propagate_from:1 - nfs4 server:/home rw,vers=4.2',
    String.raw`31 27 0:31 / /srv/with\040space rw - tmpfs none rw`,
    '32 27 0:32 / /srv/two rw - tmpfs below rw',
    '33 27 0:33 / /srv/two rw - xfs above rw',
    '',
  ].join('\n'),
)

test.each([
  { path: '/', source: '/dev/vda' },
  { path: '/homes/a', source: '/dev/vda' },
  { path: '/home', source: 'server:/home' },
  { path: '/home/me/work', source: 'server:/home' },
  { path: '/srv/with space/a', source: 'none' },
  { path: '/srv/two/a', source: 'above' },
])('$path lies on $source', ({ path, source }) => {
  expect(mountOf(MOUNTS, path)?.source).toBe(source)
})

test.each([
  { type: 'ext4', kind: 'local', hangs: false },
  { type: 'tmpfs', kind: 'local', hangs: false },
  { type: 'overlay', kind: 'overlay', hangs: false },
  { type: 'fuse.fuse-overlayfs', kind: 'overlay', hangs: false },
  { type: 'nfs4', kind: 'network', hangs: true },
  { type: '9p', kind: 'network', hangs: true },
  { type: '9p', options: 'aname=drvfs;path=C:\\', kind: 'case-insensitive', hangs: false },
  { type: 'fuse.sshfs', kind: 'network', hangs: true },
  { type: 'cifs', kind: 'case-insensitive', hangs: true },
  { type: 'autofs', kind: 'automount', hangs: true },
  { type: 'fuse.something', kind: 'fuse', hangs: true },
  { type: 'fuse', kind: 'fuse', hangs: true },
  { type: 'fusectl', kind: 'local', hangs: false },
  { type: 'vfat', kind: 'case-insensitive', hangs: false },
])('$type $options is $kind, and a look can hang: $hangs', ({ type, options = '', kind, hangs }) => {
  const mount = { point: '/mnt', type, source: '', options }
  expect(fileSystemKind(mount)).toBe(kind)
  expect(mayHang(mount)).toBe(hangs)
})
