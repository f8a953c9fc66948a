import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  ORDINARY_USER,
  ROOT,
  runProgram,
  runSandboxed,
  stageDirectory,
  stagedNode,
  stagedProgram,
  userEnvironment,
  type TestUser,
} from '../../support/index.ts'
import { directoryWithBwrap } from '../bad-input/programs.ts'
import {
  examineOn,
  examineWords,
  findingAbout,
  hostWithoutTmp,
  problemsOf,
  withMounts,
  type Host,
} from './hosts.ts'

const HELP = ': --as-pid-1 --cap-drop --die-with-parent --new-session --perms --unshare-cgroup-try'

const READ_ONLY = {
  type: 'managed',
  file_system: {
    type: 'restricted',
    entries: [{ path: { type: 'special', value: { kind: 'root' } }, access: 'read' }],
  },
  network: 'restricted',
} as const

/** A host on which something is not as on this one. */
interface DegradedHost {
  readonly why: string
  readonly host: (user: TestUser) => Host
  readonly finding: string
  /** How it was found, and what helps. */
  readonly how: RegExp
  readonly remedy: RegExp
}

const BAD_NAMESPACES: readonly DegradedHost[] = [
  {
    why: 'has a limit of no user namespaces',
    host: () => ({
      words: [
        ...['unshare', '--user', '--map-root-user', 'sh', '-ec'],
        ...['echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"', 'sh'],
      ],
    }),
    finding: 'user-namespaces-limit',
    how: /^\/proc\/sys\/user\/max_user_namespaces is 0; a sandbox was tried: .*ENOSPC/,
    remedy: /^sysctl -w user\.max_user_namespaces=15000$/m,
  },
  {
    why: 'has reached a limit of a namespace around it',
    host: () => ({
      words: [
        ...['unshare', '--user', '--map-root-user', 'sh', '-ec'],
        ...['echo 1 >/proc/sys/user/max_user_namespaces; exec unshare --user --map-root-user "$@"', 'sh'],
      ],
    }),
    finding: 'user-namespaces-limit',
    how: /^the kernel said ENOSPC; a sandbox was tried: /,
    remedy: /outside of the container too/,
  },
  {
    why: 'is a user namespace without a number for the user',
    host: () => ({ words: ['unshare', '--user'] }),
    finding: 'user-namespaces-unmapped',
    how: /^\/proc\/self\/uid_map and gid_map do not have it; a sandbox was tried: /,
    remedy: /unshare --user --map-root-user/,
  },
  {
    why: 'starts programs with capabilities',
    host: () => ({
      maker: ROOT,
      words: [
        ...[
          'setpriv',
          '--reuid',
          `${ORDINARY_USER.uid}`,
          '--regid',
          `${ORDINARY_USER.gid}`,
          '--clear-groups',
        ],
        ...['--inh-caps', '+chown', '--ambient-caps', '+chown'],
      ],
    }),
    finding: 'sandbox-capabilities',
    how: /Unexpected capabilities/,
    remedy: /^start without ambient capabilities: setpriv --ambient-caps=-all/,
  },
  {
    why: 'is a chroot',
    host: ({ uid, gid }) => ({
      maker: ROOT,
      words: ['unshare', '--mount', 'sh', '-ec', CHROOT, 'sh', stageDirectory(), `${uid}:${gid}`],
    }),
    finding: 'user-namespaces-chroot',
    how: /is not the root of the mount namespace/,
    remedy: /systemd-nspawn -D DIRECTORY/,
  },
]

/** A plain directory as root, in memory, with what programs need bound into it. */
const CHROOT = `
  stage=$1 ids=$2; shift 2
  mount -t tmpfs none /mnt
  root=/mnt/root
  mkdir -p "$root/usr" "$root/etc" "$root/proc" "$root/dev" "$root$stage"
  ln -s usr/lib usr/lib64 usr/bin "$root"
  for part in usr etc proc dev; do mount --rbind "/$part" "$root/$part"; done
  mount --bind "$stage" "$root$stage"
  exec /usr/sbin/chroot --userspec="$ids" "$root" "$@"
`

describeForUsers('a host', ['root'], (user) => {
  test.each(BAD_NAMESPACES)('that $why has $finding', async ({ host, finding, how, remedy }) => {
    const report = await examineOn(user, host(user))
    expect(problemsOf(report)).toEqual([finding])
    const found = findingAbout(report, finding)
    expect(found?.how).toMatch(how)
    expect(found?.remedy).toMatch(remedy)
    expect(found?.cost).toBe('no command can run in a sandbox of bwrap')
    expect(report.facts.trial).toMatchObject({ kind: 'failed', code: 'SANDBOX_SETUP_FAILED' })
  })

  test('as this one has no problem', async () => {
    const report = await examineOn(user, {})
    expect(problemsOf(report)).toEqual([])
    expect(report.facts.trial).toEqual({ kind: 'ran', proc: 'fresh' })
    for (const id of [
      'bwrap',
      'user-namespaces',
      'seccomp',
      'sandbox',
      'proc',
      'wsl',
      'landlock',
      'hard-links',
    ]) {
      expect(report.findings).toContainEqual(
        expect.objectContaining({ id, severity: 'ok', cost: '', remedy: '' }),
      )
    }
  })

  const forbidding = { nested: false, problems: ['user-namespaces-filter'] }
  // For root the kernel refuses the id map of a sandbox in a sandbox.
  test.each(user === ROOT ? [forbidding] : [forbidding, { nested: true, problems: [] }])(
    'that is a sandbox of ours with nestedSandbox $nested has $problems',
    async ({ nested, problems }) => {
      const [program = '', ...args] = examineWords()
      const { stdout } = await runSandboxed(user, {
        sandbox: { profile: READ_ONLY, nestedSandbox: nested },
        command: [program, ...args],
        run: { env: userEnvironment(), cwd: '/' },
      })
      const report = JSON.parse(stdout) as Awaited<ReturnType<typeof examineOn>>
      expect(problemsOf(report)).toEqual(problems)
      if (nested) return
      const found = findingAbout(report, 'user-namespaces')
      expect(found?.what).toMatch(/^a seccomp filter( of this container)? refuses user namespaces$/)
      expect(found?.how).toMatch(/Seccomp in \/proc\/self\/status is 2.*; a sandbox was tried: /)
      expect(found?.remedy).toMatch(/seccomp/)
    },
  )

  test.each([
    { masked: 'mount -t tmpfs none /proc/tty', ids: ['proc-refused'], proc: 'host' },
    { masked: 'mount -t tmpfs none /mnt', ids: [], proc: 'fresh' },
  ])('on which root did $masked has $ids', async ({ masked, ids, proc }) => {
    const report = await examineOn(user, { maker: ROOT, words: withMounts(user, masked) })
    expect(report.facts.trial).toEqual({ kind: 'ran', proc })
    expect(report.findings.map(({ id }) => id).filter((id) => id.startsWith('proc-'))).toEqual(ids)
    if (ids.length === 0) return
    const found = findingAbout(report, 'proc')
    expect(found?.how).toBe(
      'a sandbox was started; /proc/self/mountinfo has /proc/tty mounted over parts of /proc',
    )
    expect(found?.remedy).toMatch(/umount \/proc\/tty$/m)
  })

  test('without a fresh /proc is known without a trial', async () => {
    const words = withMounts(user, 'mount -t tmpfs none /proc/tty')
    const report = await examineOn(user, { maker: ROOT, words }, { trial: false })
    expect(findingAbout(report, 'proc')).toMatchObject({ id: 'proc-refused', severity: 'warning' })
    expect(findingAbout(report, 'sandbox')).toBeUndefined()
    expect(findingAbout(report, 'user-namespaces')?.severity).toBe('ok')
  })

  test('without /dev/shm is told so, and a sandbox has one', async () => {
    const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty']
    const script = [
      'mount -t tmpfs none /mnt',
      ...devices.map((name) => `touch /mnt/${name}; mount --bind /dev/${name} /mnt/${name}`),
      'mount --move /mnt /dev',
    ].join('\n')
    const host = { maker: ROOT, words: withMounts(user, script) }
    const report = await examineOn(user, host)
    expect(problemsOf(report)).toEqual([])
    const [program = '', ...words] = host.words
    const [look, check] = [
      'test -d /dev/shm',
      [stagedNode(), stagedProgram('linux-sandbox'), '-P', ':read-only', '--'],
    ]
    const inside = [...check, 'sh', '-c', look]
    expect((await runProgram(ROOT, program, [...words, 'sh', '-c', look])).exitCode).toBe(1)
    expect((await runProgram(ROOT, program, [...words, ...inside])).exitCode).toBe(0)
    expect(findingAbout(report, 'shared-memory')).toMatchObject({
      id: 'shared-memory-missing',
      remedy: expect.stringContaining('mount -t tmpfs') as string,
    })
  })

  test('without /tmp is told so', async () => {
    const report = await examineOn(user, hostWithoutTmp(['/usr/bin/env']))
    expect(problemsOf(report)).toEqual(['tmp-missing'])
    expect(findingAbout(report, 'tmp')?.remedy).toBe('mkdir -m 1777 /tmp')
    const made = await examineOn(user, hostWithoutTmp(['sh', '-ec', 'mkdir -m 1777 /tmp; exec "$@"', 'sh']))
    expect(problemsOf(made)).toEqual([])
  })

  test.each([
    { limit: 'ulimit -n 100', id: 'open-files-few', remedy: /^ulimit -n 1024$/m },
    { limit: 'ulimit -v 67108864', id: 'memory-limited', remedy: /^ulimit -v unlimited$/m },
  ])('with $limit has $id', async ({ limit, id, remedy }) => {
    const report = await examineOn(user, { words: ['sh', '-ec', `${limit}; exec "$@"`, 'sh'] })
    expect(problemsOf(report)).toEqual([])
    expect(findingAbout(report, id)).toMatchObject({ id, severity: 'warning' })
    expect(findingAbout(report, id)?.remedy).toMatch(remedy)
    const twin = await examineOn(user, { words: ['sh', '-ec', 'exec "$@"', 'sh'] })
    expect(findingAbout(twin, id)).toBeUndefined()
  })

  test('without bwrap in PATH is told how to install it', async () => {
    const report = await examineOn(user, { env: { PATH: makeDirectory(user) } })
    expect(problemsOf(report)).toEqual(['bwrap-missing'])
    expect(findingAbout(report, 'bwrap')?.remedy).toMatch(/bubblewrap/)
    expect(findingAbout(report, 'user-namespaces')?.severity).toBe('ok')
  })

  test.each([
    {
      why: 'too old',
      text: 'echo usage: bwrap --bind --ro-bind --proc',
      id: 'bwrap-too-old',
      what: /bwrap has no option --/,
    },
    {
      why: 'broken',
      text: `${HELP}; echo "bwrap: it is raining" >&2; exit 1`,
      id: 'sandbox-failed',
      what: /it is raining/,
    },
    {
      why: 'not let mount',
      text: `${HELP}; echo "bwrap: Failed to make / slave: Permission denied" >&2; exit 1`,
      id: 'sandbox-mounts-refused',
      what: /refuses to let bwrap mount/,
    },
    {
      why: 'in an initramfs',
      text: `${HELP}; echo "bwrap: pivot_root: Invalid argument" >&2; exit 1`,
      id: 'sandbox-root-refused',
      what: /cannot be exchanged, .* initramfs/,
    },
  ])('whose bwrap is $why has $id', async ({ text, id, what }) => {
    const directory = directoryWithBwrap(user, `#!/bin/sh\n${text}\n`)
    const report = await examineOn(user, { env: { PATH: directory } }, { profile: READ_ONLY as never })
    expect(problemsOf(report)).toEqual([id])
    expect(findingAbout(report, id)?.what).toMatch(what)
    expect(findingAbout(report, id)?.remedy).not.toBe('')
  })
})

/** A policy that lets `directory` be written, and nothing else. */
function writing(directory: string): object {
  const entry = { path: { type: 'path', path: directory }, access: 'write' }
  const { file_system: fileSystem } = READ_ONLY
  return { ...READ_ONLY, file_system: { ...fileSystem, entries: [...fileSystem.entries, entry] } }
}

describeForUsers('a writable root', ['root'], (user) => {
  test('on an overlay is told so, and that on a disk is not', async () => {
    const workspace = makeDirectory(user)
    for (const name of ['lower', 'layer', 'merged']) mkdirSync(`${workspace}/${name}`)
    const script = `cd ${workspace}; mount -t tmpfs none layer; mkdir layer/upper layer/work
      mount -t overlay -o lowerdir=lower,upperdir=layer/upper,workdir=layer/work none merged`
    const host = { maker: ROOT, words: withMounts(user, script) }
    const onOverlay = await examineOn(user, host, {
      profile: writing(`${workspace}/merged`) as never,
      trial: false,
    })
    expect(findingAbout(onOverlay, 'file-system')).toMatchObject({
      id: 'file-system-overlay',
      severity: 'warning',
      how: `/proc/self/mountinfo: overlay at ${workspace}/merged`,
      remedy: expect.stringContaining('docker run -v') as string,
    })
    const beside = await examineOn(user, host, {
      profile: writing(`${workspace}/lower`) as never,
      trial: false,
    })
    expect(findingAbout(beside, 'file-system')?.id).toBe('file-system')
  })

  test('on a file system whose program does not answer is not touched', async () => {
    const workspace = makeDirectory(user)
    const script = `exec 9<>/dev/fuse
      mount -i -t fuse -o fd=9,rootmode=40000,user_id=0,group_id=0,allow_other none ${workspace}`
    // A look at it would last for ever, and only SIGKILL ends it.
    const guard = ['timeout', '--signal=KILL', '20']
    const host = { maker: ROOT, words: [...withMounts(user, script), ...guard] }
    const report = await examineOn(user, host, { profile: writing(`${workspace}/below`) as never })
    expect(findingAbout(report, 'file-system')).toMatchObject({ id: 'file-system-fuse' })
    expect(report.facts.writableRoots).toMatchObject([{ mayHang: true, mountPoint: workspace }])
    expect(findingAbout(report, 'hard-links')).toBeUndefined()
  })

  test.each([
    { file: 'config', linked: 'config', id: 'hard-linked' },
    { file: 'hooks/pre-commit', linked: 'hooks/pre-commit', id: 'hard-linked' },
    { file: 'objects/ab/cdef', linked: 'objects/ab/cdef', id: 'hard-links' },
  ])('in which .git/$file has another name has $id', async ({ file, id }) => {
    const workspace = makeDirectory(user)
    for (const name of ['hooks', 'objects/ab']) mkdirSync(`${workspace}/.git/${name}`, { recursive: true })
    const path = `${workspace}/.git/${file}`
    writeFileSync(path, '')
    const options = { profile: writing(workspace) as never, trial: false }
    expect((await examineOn(user, {}, options)).findings.map((one) => one.id)).toContain('hard-links')
    linkSync(path, `${workspace}/other`)
    const report = await examineOn(user, {}, options)
    const found = report.findings.find((one) => one.id === id)
    if (id === 'hard-links') {
      expect(found?.severity).toBe('ok')
      return
    }
    expect(found?.what).toBe(`protected files have other names: ${path} (2 names)`)
    // The remedy is a command, and works.
    const [command = ''] = (found?.remedy ?? '').split('   (')
    expect(spawnSync('sh', ['-c', command]).status).toBe(0)
    expect(findingAbout(await examineOn(user, {}, options), 'hard-linked')).toBeUndefined()
  })
})
