import { join } from 'node:path'
import {
  CONFINED_BY_LANDLOCK,
  LANDLOCK_IS_OFF,
  LANDLOCK_MISSED,
  landlockOf,
  REFUSED_BY_CLONE,
  REFUSED_BY_LANDLOCK,
  REFUSED_BY_NUMBER,
  STRICT_MEMORY,
  WORKS,
} from './checks.mjs'

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
  'landlock',
  'lifecycle/directory',
  ...['ends', 'git', 'library', 'registry', 'sticky', 'sweep'].map(inFolder('placeholders')),
  ...['links', 'protected-names', 'protection-lost', 'precedence', 'set-user-id'].map(inFolder('policy')),
  ...['egress', 'in-process', 'reach', 'relay-process', 'two-sandboxes'].map(inFolder('proxy')),
  'standalone',
]

/** @type {readonly Guest[]} */
export const GUESTS = [
  {
    name: '6.1',
    architecture: 'x86_64',
    series: '6.1.',
    kernelPackage: 'linux-image-cloud-amd64',
    checks: [...WORKS, ...landlockOf(2), ...STRICT_MEMORY],
    tests: TESTS,
  },
  {
    name: '6.1-no-landlock',
    architecture: 'x86_64',
    series: '6.1.',
    kernelPackage: 'linux-image-cloud-amd64',
    commandLine: 'lsm=yama',
    checks: [LANDLOCK_IS_OFF, ...WORKS, ...REFUSED_BY_LANDLOCK, ...LANDLOCK_MISSED],
    tests: ATTACKS,
  },
  {
    name: '6.1-no-user-namespaces',
    architecture: 'x86_64',
    series: '6.1.',
    kernelPackage: 'linux-image-cloud-amd64',
    checks: [...WORKS, ...REFUSED_BY_CLONE, ...REFUSED_BY_NUMBER, ...CONFINED_BY_LANDLOCK],
    tests: [],
  },
  {
    name: '6.12',
    architecture: 'x86_64',
    series: '6.12.',
    kernelPackage: 'linux-image-6.12-cloud-amd64',
    checks: [...WORKS, ...landlockOf(6)],
    tests: TESTS,
  },
  {
    name: 'aarch64',
    architecture: 'aarch64',
    series: '6.1.',
    kernelPackage: 'linux-image-cloud-arm64',
    checks: [...WORKS, ...landlockOf(2)],
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
