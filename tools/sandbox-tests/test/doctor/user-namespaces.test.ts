import { expect, test } from 'vitest'
import {
  describeForUsers,
  ORDINARY_USER,
  ROOT,
  runSandboxed,
  stageDirectory,
  userEnvironment,
  type TestUser,
} from '../../support/index.ts'
import { READ_ONLY } from '../bad-input/programs.ts'
import { examineOn, examineWords, findingAbout, problemsOf, WITHOUT_NAMESPACES, type Host } from './hosts.ts'

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
    host: () => ({ words: WITHOUT_NAMESPACES }),
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
    expect(found?.cost).toBe('no command can run in a sandbox with namespaces')
    expect(report.facts.trial).toMatchObject({ kind: 'failed', code: 'SANDBOX_SETUP_FAILED' })
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
})
