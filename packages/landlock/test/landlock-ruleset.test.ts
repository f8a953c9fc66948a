import { LandlockMissingError, PolicyUnsupportedError } from '@linux-sandbox/errors'
import {
  absolutePath,
  resolvePolicy,
  workspaceWrite,
  type PermissionProfile,
  type ResolvedPolicy,
} from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { landlockRuleset, scopeRuleset, type LandlockOptions } from '../src/index.ts'
import { DISK, diskOf, policyOf, readable } from './support.ts'

const NEWEST = 11
const disk = diskOf(DISK)

const FILE_RIGHTS = 'execute write-file read-file truncate ioctl-dev'
const ALL_RIGHTS =
  'execute write-file read-file read-dir remove-dir remove-file make-char make-dir make-reg make-sock make-fifo make-block make-sym refer truncate ioctl-dev'
const READING = [
  '/: read-dir',
  ...['etc', 'home', 'proc', 'swapfile', 'tmp', 'usr', 'w'].map((name) => `/${name}: execute read-file`),
  '/dev/null: write-file read-file',
  '/dev/tty: write-file read-file ioctl-dev',
]

function planned(policy: ResolvedPolicy, options: Partial<LandlockOptions> = {}) {
  const { ruleset, notes } = landlockRuleset(policy, { abi: NEWEST, disk, ...options })
  return { ...readable(ruleset), notes: notes.map((note) => ('limit' in note ? note.limit : note.kind)) }
}

const ALWAYS = ['attributes', 'locks', 'processes', 'ipc']

test('everything but devices is read, a writable directory gets every right and a writable file those of files', () => {
  expect(planned(policyOf(['read :root', 'write /tmp', 'write /w/log']))).toEqual({
    fs: `${ALL_RIGHTS} resolve-unix`,
    net: 'bind-tcp connect-tcp bind-udp connect-send-udp',
    scopes: 'abstract-unix-socket signal',
    rules: [...READING, `/tmp: ${ALL_RIGHTS}`, `/w/log: ${FILE_RIGHTS}`],
    notes: ['protected-names', ...ALWAYS],
  })
})

test('where the network is the host’s, so are its sockets', () => {
  expect(planned(policyOf(['read :root'], 'enabled'))).toEqual({
    fs: ALL_RIGHTS,
    net: '',
    scopes: 'signal',
    rules: READING,
    notes: ALWAYS,
  })
})

test.each<{ policy: ResolvedPolicy; why: string }>([
  { policy: policyOf(['write :root']), why: 'writes the whole disk' },
  {
    policy: resolvePolicy({ type: 'external', network: 'restricted' }, { cwd: absolutePath('/w') }),
    why: 'is restricted by somebody else',
  },
])('a policy that $why has no rules about files', ({ policy }) => {
  expect(planned(policy)).toMatchObject({ fs: '', rules: [], notes: ['processes', 'ipc'] })
})

test('the preset of a workspace is one that Landlock can express', () => {
  const profile: PermissionProfile = workspaceWrite({ root: '/w' })
  const { rules, notes } = planned(resolvePolicy(profile, { cwd: absolutePath('/w'), tmpdir: '/tmp' })) as {
    rules: string[]
    notes: string[]
  }
  expect(rules.slice(READING.length)).toEqual([`/w: ${ALL_RIGHTS}`, `/tmp: ${ALL_RIGHTS}`])
  expect(notes).toEqual(['protected-names', ...ALWAYS])
})

test.each([
  { abi: 1, lost: ['refer', 'truncate', 'ioctl-dev', 'signal'] },
  { abi: 2, lost: ['truncate', 'ioctl-dev', 'signal'] },
  { abi: 3, lost: ['ioctl-dev', 'signal'] },
  { abi: 4, lost: ['ioctl-dev', 'signal'] },
  { abi: 5, lost: ['signal'] },
  { abi: 6, lost: [] },
  { abi: 12, lost: [] },
])('with ABI $abi a note says what is lost: $lost', ({ abi, lost }) => {
  expect(planned(policyOf(['read :root']), { abi })).toMatchObject({
    notes: ['attributes', 'locks', ...lost, 'processes', 'ipc'],
  })
})

test('the note about protected names has the names, and the directories in which they stay writable', () => {
  const policy = policyOf(['read :root', 'write /w', 'write /tmp', 'write /w/log', 'write /x'])
  const message = (isGitWritable: boolean) =>
    landlockRuleset(policy, { abi: NEWEST, disk, isGitWritable }).notes.find(
      (note) => 'limit' in note && note.limit === 'protected-names',
    )?.message
  expect(message(false)).toContain(
    '.git, .agents, .codex, .aws in /w, /tmp, and git repositories below them, stay writable',
  )
  expect(message(true)).toContain('.agents, .codex, .aws in /w, /tmp stay writable')
})

test('a writable path that is missing is left out with a note', () => {
  expect(planned(policyOf(['read :root', 'write /nothing', 'write /none/at/all skip']))).toMatchObject({
    rules: READING,
    notes: ['root-missing', 'root-missing', ...ALWAYS],
  })
})

test('a writable path is granted where its links lead', () => {
  const linked = diskOf({ ...DISK, '/home/link': { to: '/w' } })
  expect(planned(policyOf(['read :root', 'write /home/link']), { disk: linked })).toMatchObject({
    rules: [...READING, `/w: ${ALL_RIGHTS}`],
  })
})

test('devices are given with what they can do, and a missing one is noted', () => {
  const devices = ['/dev/ttyS0', '/dev/snd', '/dev/dri'].map(absolutePath)
  expect(planned(policyOf(['read :root']), { devices })).toMatchObject({
    rules: [
      ...READING,
      '/dev/ttyS0: write-file read-file ioctl-dev',
      '/dev/snd: write-file read-file ioctl-dev',
    ],
    notes: ['device-missing', ...ALWAYS],
  })
  expect(() => planned(policyOf(['read :root']), { devices: [absolutePath('/etc')] })).toThrow(
    'cannot enforce the device /etc: it does not lie in /dev',
  )
})

test.each([
  { entries: ['write /w'], entry: /^\/w$/, why: 'does not read everything' },
  { entries: ['deny :root', 'read /usr'], entry: /^\/usr$/, why: 'starts from nothing' },
  { entries: ['read :root', 'deny /etc'], entry: /^\/etc$/, why: 'denies a directory' },
  { entries: ['read :root', 'deny /etc skip'], entry: /^\/etc$/, why: 'denies what may be missing' },
  { entries: ['read :root', 'deny /w/*.env'], entry: /\/w\/\*\.env/, why: 'denies by a pattern' },
  {
    entries: ['read :root', 'write /w', 'read /w/log'],
    entry: /^\/w\/log$/,
    why: 'makes a part of a writable directory read-only',
  },
  {
    entries: ['read :root', 'write /w', 'read /w/new'],
    entry: /^\/w\/new$/,
    why: 'does so with a part that is missing',
  },
  {
    entries: ['read :root', 'write /w', 'read /w/new skip'],
    entry: /^\/w\/new$/,
    why: 'does so where it exists',
  },
  {
    entries: ['read :root', 'write /w', 'read /home/link/new'],
    entry: /^read on \/home\/link\/new/,
    why: 'does so by a link with a part that is missing',
  },
  {
    entries: ['read :root', 'write /w', 'read /home/link/log'],
    entry: /^read on \/home\/link\/log/,
    why: 'does so by a link',
  },
  { entries: ['write :root', 'read /etc'], entry: /^\/etc$/, why: 'writes all but one directory' },
  {
    entries: ['read :root', 'write /tmp', 'write /tmp/link'],
    entry: /^write on \/tmp\/link/,
    why: 'writes what a link names that the command can replace',
  },
  {
    entries: ['read :root', 'write /tmp', 'read /home/tmp/.aws', 'write /tmp/.aws/link'],
    entry: /^write on \/tmp\/\.aws\/link/,
    why: 'does so below a protected name, which stays writable',
  },
])('a policy that $why is refused with the entry', ({ entries, entry }) => {
  const linked = diskOf({
    ...DISK,
    '/home/link': { to: '/w' },
    '/tmp/link': { to: '/etc' },
    '/home/tmp': { to: '/tmp' },
    '/tmp/.aws': 'directory',
    '/tmp/.aws/link': { to: '/etc' },
  })
  const refusal = attempt(() => landlockRuleset(policyOf(entries), { abi: NEWEST, disk: linked }))
  expect(refusal).toBeInstanceOf(PolicyUnsupportedError)
  expect((refusal as PolicyUnsupportedError).entry).toMatch(entry)
})

test.each([
  { entries: ['read :root', 'write /w', 'read /home/link'], why: 'a read entry that takes nothing away' },
  {
    entries: ['read :root', 'write /w', 'read /home/w/new skip'],
    why: 'one by a link that counts only where its path exists',
  },
  { entries: ['read :root', 'write /w', 'read /w/.git'], why: 'one for a protected name' },
  {
    entries: ['read :root', 'write /w', 'read /w/.codex skip'],
    why: 'one for a protected name that is a link',
  },
])('$why is accepted', ({ entries }) => {
  const linked = diskOf({
    ...DISK,
    '/home/link': { to: '/etc' },
    '/home/w': { to: '/w' },
    '/w/.git': 'directory',
    '/w/.codex': { to: '/etc' },
  })
  expect(planned(policyOf(entries), { disk: linked })).toMatchObject({
    rules: [...READING, `/w: ${ALL_RIGHTS}`],
  })
})

test('without Landlock the error says how to turn it on', () => {
  const refusal = attempt(() => landlockRuleset(policyOf(['read :root']), { abi: 0, disk }))
  expect(refusal).toBeInstanceOf(LandlockMissingError)
  expect((refusal as LandlockMissingError).hint).toContain('lsm=landlock')
})

test('scopes alone: signals always, abstract sockets where the network is restricted', () => {
  const scopes = (network: 'restricted' | 'enabled', abi: number) => {
    const { ruleset, notes } = scopeRuleset(policyOf(['read :root'], network), abi)
    return { ...readable(ruleset), notes: notes.map((note) => 'limit' in note && note.limit) }
  }
  const none = { fs: '', net: '', scopes: '', rules: [], notes: [] }
  expect(scopes('restricted', 6)).toEqual({ ...none, scopes: 'abstract-unix-socket signal' })
  expect(scopes('enabled', 6)).toEqual({ ...none, scopes: 'signal' })
  expect(scopes('enabled', 5)).toEqual({ ...none, notes: ['signal'] })
  expect(scopes('enabled', 0)).toEqual({ ...none, notes: ['signal'] })
})

function attempt(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}
