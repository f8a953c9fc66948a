import { BwrapTooOldError, PolicyUnsupportedError } from '@linux-sandbox/errors'
import type { Cause, MountOperation } from '@linux-sandbox/mount-plan'
import { absolutePath } from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { bwrapArgs, OPTIONAL_OPTIONS, type BwrapInvocation } from '../src/index.ts'

const cause: Cause = { kind: 'base', reason: 'a test' }
const features = { path: '/usr/bin/bwrap', options: new Set(OPTIONAL_OPTIONS) }
const path = absolutePath

function invocation(
  operations: readonly MountOperation[],
  changes: Partial<BwrapInvocation> = {},
): BwrapInvocation {
  return {
    mounts: { operations, placeholders: [], notes: [] },
    network: 'private',
    proc: 'fresh',
    command: ['@enter', 'enter', '@status'],
    ...changes,
  }
}

const BEFORE = [
  'bwrap --as-pid-1 --new-session --die-with-parent',
  '--unshare-user --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try',
].join(' ')
const AFTER = '--cap-drop ALL -- @enter enter @status'

test('the whole argument list, in the order of the plan', () => {
  const args = bwrapArgs(
    invocation([
      { type: 'root', access: 'read', devices: false, cause },
      { type: 'dev', cause },
      { type: 'tmpfs', target: path('/dev/shm'), mode: 0o1777, cause },
      { type: 'device', source: path('/dev/sr0'), target: path('/dev/cdrom'), cause },
      { type: 'remount-read-only', target: path('/dev'), cause },
      { type: 'proc', cause },
      { type: 'bind', source: path('/real'), target: path('/w'), access: 'write', cause },
      { type: 'bind', source: path('/w/.git'), target: path('/w/.git'), access: 'read', cause },
      { type: 'mask-file', target: path('/w/secret'), cause },
      { type: 'mask-directory', target: path('/d'), traversable: true, cause },
      { type: 'directory', target: path('/d/e'), mode: 0o111, cause },
      { type: 'mask-directory', target: path('/f'), traversable: false, cause },
      { type: 'symlink', target: path('/d/link'), to: '../real', cause },
      { type: 'remount-read-only', target: path('/d'), cause },
    ]),
    features,
  )
  expect(args).toEqual(
    `${BEFORE} --unshare-net --ro-bind / / --dev /dev --perms 1777 --tmpfs /dev/shm --dev-bind /dev/sr0 /dev/cdrom --remount-ro /dev --proc /proc
     --bind /real /w --ro-bind /w/.git /w/.git --ro-bind /dev/null /w/secret --perms 0111 --tmpfs /d --perms 0111 --dir /d/e
     --perms 0000 --tmpfs /f --symlink ../real /d/link --remount-ro /d ${AFTER}`.split(/\s+/),
  )
})

test.each([
  { access: 'read', devices: false, option: '--ro-bind' },
  { access: 'write', devices: false, option: '--bind' },
  { access: 'write', devices: true, option: '--dev-bind' },
] as const)('a root to $access, devices $devices, is $option', ({ access, devices, option }) => {
  const args = bwrapArgs(invocation([{ type: 'root', access, devices, cause }]), features)
  expect(args).toEqual(`${BEFORE} --unshare-net ${option} / / ${AFTER}`.split(' '))
})

test('the network of the host is not unshared', () => {
  expect(bwrapArgs(invocation([], { network: 'host' }), features)).toEqual(`${BEFORE} ${AFTER}`.split(' '))
})

test('the /proc of the host is not mounted over', () => {
  expect(
    bwrapArgs(invocation([{ type: 'proc', cause }], { proc: 'host', network: 'host' }), features),
  ).toEqual(`${BEFORE} ${AFTER}`.split(' '))
})

test('a path that looks like an option stays one word, after its option', () => {
  const target = path('/--cap-drop ALL')
  expect(
    bwrapArgs(invocation([{ type: 'bind', source: target, target, access: 'read', cause }]), features),
  ).toContain('/--cap-drop ALL')
})

test.each(OPTIONAL_OPTIONS)('a bwrap without %s is refused, with the option named', (option) => {
  const old = { ...features, options: new Set(OPTIONAL_OPTIONS.filter((one) => one !== option)) }
  const tmpfs = { type: 'tmpfs', target: path('/t'), mode: 0o700, cause } as const
  expect(() => bwrapArgs(invocation([tmpfs]), old)).toThrow(BwrapTooOldError)
  expect(() => bwrapArgs(invocation([tmpfs]), old)).toThrow(option)
})

test('an option that the plan does not need may be missing', () => {
  const old = { ...features, options: new Set(OPTIONAL_OPTIONS.filter((one) => one !== '--perms')) }
  expect(() => bwrapArgs(invocation([{ type: 'dev', cause }]), old)).not.toThrow()
})

function masks(count: number): MountOperation[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 'mask-file',
    target: path(`/f${index}`),
    cause,
  }))
}

test('as many words as bwrap takes are printed, and more are refused with their number', () => {
  const fixed = bwrapArgs(invocation([]), features).length - 1
  const most = Math.floor((9000 - fixed) / 3)
  expect(bwrapArgs(invocation(masks(most)), features)).toHaveLength(1 + fixed + 3 * most)
  const act = (): unknown => bwrapArgs(invocation(masks(most + 1)), features)
  expect(act).toThrow(PolicyUnsupportedError)
  expect(act).toThrow(`${most + 1} mounts`)
  expect(act).toThrow(`${fixed + 3 * most + 3} words`)
})

test('without a PID namespace there is neither one nor a pid 1', () => {
  const words = (pidNamespace: 'private' | 'inherited') =>
    bwrapArgs(invocation([], { proc: 'host', pidNamespace }), features)
  const left = words('private').filter((word) => !words('inherited').includes(word))
  expect(left).toEqual(['--as-pid-1', '--unshare-pid'])
  expect(words('inherited')).toHaveLength(words('private').length - left.length)
})
