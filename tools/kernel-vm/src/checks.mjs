import { expectsStandalone, standalonePath } from './standalone.mjs'

/** @typedef {import('./guests.mjs').Check} Check */

const SETUP_FAILED = 125
const HAS_PROBLEM = 1

const USERS = /** @type {const} */ (['root', 'ordinary'])
const LSMS = ['cat', '/sys/kernel/security/lsm']
/** A run under the default policy. */
const SANDBOXED = ['linux-sandbox', 'run', '--']
/** In a directory like those that people have; the default policy is about the current one. */
const DOCTOR = ['env', '-C', '/tmp', 'linux-sandbox', 'doctor']

const READ_ONLY = JSON.stringify({
  type: 'managed',
  network: 'restricted',
  file_system: {
    type: 'restricted',
    entries: [{ path: { type: 'special', value: { kind: 'root' } }, access: 'read' }],
  },
})

/** /tmp is the home of the guest's ordinary user. Landlock cannot keep the configuration in it read-only. */
const WITHOUT_TMP = '-c sandbox_workspace_write.exclude_slash_tmp=true'

const CLONE_SWITCH = '/proc/sys/kernel/unprivileged_userns_clone'
const NAMESPACE_LIMIT = '/proc/sys/user/max_user_namespaces'

/** @type {readonly Check[]} */
export const WORKS = worksWhere('')

/** @type {Check} */
export const LANDLOCK_IS_OFF = {
  name: 'Landlock is off',
  user: 'root',
  words: LSMS,
  status: 0,
  stdout: /^(?!.*landlock)/,
}

/** @type {Check} */
const LANDLOCK_IS_ON = { name: 'Landlock is on', user: 'root', words: LSMS, status: 0, stdout: /landlock/ }

/**
 * A command writes in its workspace and not outside, where the same user can write without a sandbox.
 *
 * @type {readonly Check[]}
 */
export const CONFINED_BY_LANDLOCK = USERS.map((user) => ({
  name: `Landlock confines ${user} to the workspace`,
  user,
  words: [
    'sh',
    '-ec',
    [
      'outside=$(mktemp -d /var/tmp/XXXXXX)',
      'cd "$(mktemp -d)"',
      `linux-sandbox run --use-legacy-landlock ${WITHOUT_TMP} -- sh -c 'echo x >new && ! echo x >"$1/new"' sh "$outside"`,
      'test -e new && test ! -e "$outside/new"',
      'echo x >"$outside/new"',
    ].join('\n'),
  ],
  status: 0,
  // bubblewrap would make it a read-only file system.
  stderr: /Permission denied/,
}))

/** @type {readonly Check[]} */
export const REFUSED_BY_LANDLOCK = USERS.map((user) => ({
  name: `without Landlock ${user} is told why`,
  user,
  words: ['linux-sandbox', 'run', '--use-legacy-landlock', '--', 'true'],
  status: SETUP_FAILED,
  stderr: /Landlock is unavailable(?:.|\n)*^hint: .*lsm=landlock/m,
}))

/** @type {readonly Check[]} */
export const LANDLOCK_MISSED = USERS.map((user) => ({
  name: `doctor tells ${user} how to switch Landlock on`,
  user,
  words: DOCTOR,
  status: 0,
  stdout: found('landlock-missing', 'add landlock to the list of lsm='),
}))

/** @type {readonly Check[]} */
export const REFUSED_BY_CLONE = [
  {
    name: 'without unprivileged user namespaces an ordinary user is told why',
    user: 'ordinary',
    words: [...SANDBOXED, 'true'],
    settings: { [CLONE_SWITCH]: '0' },
    status: SETUP_FAILED,
    stderr: /^hint: .*unprivileged_userns_clone/m,
  },
  {
    name: 'doctor tells how to turn the switch',
    user: 'ordinary',
    words: DOCTOR,
    status: HAS_PROBLEM,
    stdout: found('user-namespaces-switch', 'sysctl -w kernel.unprivileged_userns_clone=1'),
  },
  { name: 'root is exempt from that', user: 'root', words: [...SANDBOXED, 'true'], status: 0 },
  ...worksWhere(' when the switch is turned', { [CLONE_SWITCH]: '1' }),
]

/** @type {readonly Check[]} */
export const REFUSED_BY_NUMBER = USERS.flatMap((user) => [
  {
    name: `with no user namespaces at all ${user} is told why`,
    user,
    words: [...SANDBOXED, 'true'],
    settings: { [NAMESPACE_LIMIT]: '0' },
    status: SETUP_FAILED,
    stderr: /^hint: .*max_user_namespaces/m,
  },
  {
    name: `doctor tells ${user} how to raise the limit`,
    user,
    words: DOCTOR,
    status: HAS_PROBLEM,
    stdout: found('user-namespaces-limit', 'sysctl -w user.max_user_namespaces=15000'),
  },
])

/**
 * Without bwrap, and without Node.
 *
 * @type {readonly Check[]}
 */
const CONFINED_BY_STANDALONE = USERS.map((user) => ({
  name: `the static helper confines ${user} when memory is promised strictly`,
  user,
  words: [
    ...['env', '-i', standalonePath('x86_64'), '--backend', 'native', '--sandbox-policy-cwd', '/'],
    ...['--permission-profile', READ_ONLY, '/bin/sh', '-c', 'cat /etc/hostname; ! echo x >/tmp/new'],
  ],
  status: 0,
  stdout: /^guest\n$/,
  stderr: /Read-only file system/,
}))

/**
 * With all the memory that there is to promise. The last row takes it back.
 *
 * @type {readonly Check[]}
 */
export const STRICT_MEMORY = [
  ...worksWhere(' when memory is promised strictly', {
    '/proc/sys/vm/overcommit_ratio': '100',
    '/proc/sys/vm/overcommit_memory': '2',
  }),
  ...(expectsStandalone('x86_64') ? CONFINED_BY_STANDALONE : []),
  {
    name: 'doctor tells how to promise more memory',
    user: 'ordinary',
    words: DOCTOR,
    status: 0,
    stdout: found('memory-strict', 'sysctl -w vm.overcommit_memory=0'),
  },
  {
    name: 'doctor finds that more memory is promised',
    user: 'ordinary',
    words: DOCTOR,
    settings: { '/proc/sys/vm/overcommit_memory': '0' },
    status: 0,
    stdout: /^ok +memory /m,
  },
]

/**
 * @param {number} abi - that the kernel has
 * @returns {readonly Check[]}
 */
export function landlockOf(abi) {
  const doctor = USERS.map((user) => ({
    name: `doctor finds no problem as ${user}, and Landlock ABI ${abi}`,
    user,
    words: DOCTOR,
    status: 0,
    stdout: new RegExp(`^ok +landlock +Landlock, ABI ${abi}\\n(?:.*\\n)*Commands can run in a sandbox`, 'm'),
  }))
  return [LANDLOCK_IS_ON, ...doctor, ...CONFINED_BY_LANDLOCK]
}

/**
 * @param {string} where
 * @param {Readonly<Record<string, string>>} [settings]
 * @returns {Check[]}
 */
function worksWhere(where, settings = {}) {
  return USERS.map((user) => ({
    name: `a sandbox works as ${user}${where}`,
    user,
    words: [...SANDBOXED, 'cat', '/etc/hostname'],
    settings,
    status: 0,
    stdout: /^guest\n$/,
  }))
}

/**
 * What doctor prints of a finding: its line, and below it, indented, the remedy.
 *
 * @param {string} id
 * @param {string} remedy
 */
function found(id, remedy) {
  const literal = remedy.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^(?:warning|problem) +${id} .*(?:\\n {9}.*)*?\\n {9}remedy +${literal}`, 'm')
}
