import { join } from 'node:path'

/**
 * @typedef {object} Check - a command, run in the guest before the tests, and what it must come to
 * @property {string} name
 * @property {'root' | 'ordinary'} user
 * @property {readonly string[]} words
 * @property {Readonly<Record<string, string>>} [settings] - files, and what root writes to them before; they stay
 * @property {number} status
 * @property {RegExp} [stdout]
 * @property {RegExp} [stderr]
 *
 * @typedef {object} Guest
 * @property {string} name
 * @property {'x86_64' | 'aarch64'} architecture
 * @property {string} series - what the kernel's release starts with
 * @property {string} kernelPackage - Debian's, which stands for the newest kernel of the series
 * @property {string} [commandLine] - more words for the kernel
 * @property {readonly Check[]} checks
 * @property {readonly string[]} tests - folders or files of tools/sandbox-tests/test
 */

/** A run under the default policy. */
const SANDBOXED = ['linux-sandbox', 'run', '--']
const LSMS = ['cat', '/sys/kernel/security/lsm']
const SETUP_FAILED = 125

/** Every attempt to break out that does not take long. */
export const ATTACKS = [
  ...['devices', 'files', 'git-metadata', 'host-proc', 'inherited-descriptors', 'kernel-surface'],
  ...['nested-sandbox', 'processes', 'sockets', 'terminal'],
].map(inFolder('attacks'))

/** What depends on the kernel: the attacks, and what the mounts, the processes and the registry are made of. */
const TESTS = [
  ...ATTACKS,
  'cases',
  ...['foreign', 'placeholders'].map(inFolder('git')),
  'lifecycle/directory',
  ...['ends', 'git', 'library', 'registry', 'sticky', 'sweep'].map(inFolder('placeholders')),
  ...['links', 'protected-names', 'protection-lost', 'precedence', 'set-user-id'].map(inFolder('policy')),
]

const WORKS = ['root', 'ordinary'].map((user) => ({
  name: `a sandbox works as ${user}`,
  user: /** @type {Check['user']} */ (user),
  words: [...SANDBOXED, 'cat', '/etc/hostname'],
  status: 0,
  stdout: /^guest\n$/,
}))

/** @type {readonly Check[]} */
const REFUSED_BY_CLONE = [
  {
    name: 'without unprivileged user namespaces an ordinary user is told why',
    user: 'ordinary',
    words: [...SANDBOXED, 'true'],
    settings: { '/proc/sys/kernel/unprivileged_userns_clone': '0' },
    status: SETUP_FAILED,
    stderr: /^hint: .*unprivileged_userns_clone/m,
  },
  { name: 'root is exempt from that', user: 'root', words: [...SANDBOXED, 'true'], status: 0 },
]

/** @type {readonly Check[]} */
const REFUSED_BY_NUMBER = /** @type {const} */ (['ordinary', 'root']).map((user) => ({
  name: `with no user namespaces at all ${user} is told why`,
  user,
  words: [...SANDBOXED, 'true'],
  settings: {
    '/proc/sys/kernel/unprivileged_userns_clone': '1',
    '/proc/sys/user/max_user_namespaces': '0',
  },
  status: SETUP_FAILED,
  stderr: /^hint: .*max_user_namespaces/m,
}))

/** @type {Check} */
const HAS_LANDLOCK = { name: 'Landlock is on', user: 'root', words: LSMS, status: 0, stdout: /landlock/ }

/** @type {readonly Guest[]} */
export const GUESTS = [
  {
    name: '6.1',
    architecture: 'x86_64',
    series: '6.1.',
    kernelPackage: 'linux-image-cloud-amd64',
    checks: [HAS_LANDLOCK, ...WORKS],
    tests: TESTS,
  },
  {
    name: '6.1-no-landlock',
    architecture: 'x86_64',
    series: '6.1.',
    kernelPackage: 'linux-image-cloud-amd64',
    commandLine: 'lsm=yama',
    checks: [
      { name: 'Landlock is off', user: 'root', words: LSMS, status: 0, stdout: /^(?!.*landlock)/ },
      ...WORKS,
    ],
    tests: ATTACKS,
  },
  {
    name: '6.1-no-user-namespaces',
    architecture: 'x86_64',
    series: '6.1.',
    kernelPackage: 'linux-image-cloud-amd64',
    checks: [...WORKS, ...REFUSED_BY_CLONE, ...REFUSED_BY_NUMBER],
    tests: [],
  },
  {
    name: '6.12',
    architecture: 'x86_64',
    series: '6.12.',
    kernelPackage: 'linux-image-6.12-cloud-amd64',
    checks: [HAS_LANDLOCK, ...WORKS],
    tests: TESTS,
  },
  {
    name: 'aarch64',
    architecture: 'aarch64',
    series: '6.1.',
    kernelPackage: 'linux-image-cloud-arm64',
    checks: [HAS_LANDLOCK, ...WORKS],
    tests: TESTS,
  },
]

/**
 * @param {string} folder
 * @returns {(name: string) => string}
 */
function inFolder(folder) {
  return (name) => join(folder, name)
}
