import { readOnly, workspaceWrite, type SandboxOptions } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, runSandboxed, type TestUser } from '../../support/index.ts'
import { makeTree, profileOf } from '../policy/policies.ts'

interface Mount {
  readonly point: string
  /** What is mounted, how, and of which type. */
  readonly about: string
}

/** What a command finds mounted where it can get to, sorted. @see proc_pid_mountinfo(5) */
async function mountsIn(user: TestUser, sandbox: SandboxOptions): Promise<string[]> {
  const { stdout } = await runSandboxed(user, { sandbox, command: ['cat', '/proc/self/mountinfo'] })
  const mounts = stdout.trim().split('\n').map(mountOf)
  return mounts
    .filter(({ point }, index) => !mounts.slice(index + 1).some((later) => covers(later.point, point)))
    .map(({ point, about }) => `${point} ${about}`)
    .toSorted()
}

function mountOf(line: string): Mount {
  const [mount = '', fileSystem = ''] = line.split(' - ')
  const [, , , root, point = '', options] = mount.split(' ')
  const [type, , superOptions] = fileSystem.split(' ')
  return { point, about: [root, options, type, superOptions].join(' ') }
}

/** A root is left by a mount on it. */
function covers(above: string, point: string): boolean {
  return above !== '/' && (point === above || point.startsWith(`${above}/`))
}

const OPTIONS: readonly { title: string; optionsIn: (directory: string) => SandboxOptions }[] = [
  { title: 'that reads everything', optionsIn: () => ({ profile: readOnly() }) },
  { title: 'that writes a workspace', optionsIn: (root) => ({ profile: workspaceWrite({ root }) }) },
  {
    title: 'that only reads what it names, with denials',
    optionsIn: (directory) => ({
      profile: profileOf({
        ':minimal': 'read',
        [directory]: 'write',
        [`${directory}/denied`]: 'deny',
        [`${directory}/denied/reopened`]: 'read',
        [`${directory}/secret`]: 'deny',
      }),
    }),
  },
  {
    title: 'with devices and a /tmp of its own',
    optionsIn: (root) => ({
      profile: workspaceWrite({ root }),
      devices: ['/dev/fuse', '/dev/net/tun'],
      privateTmp: true,
    }),
  },
  { title: 'with the /proc of the host', optionsIn: () => ({ profile: readOnly(), proc: 'host' }) },
  {
    title: 'with the processes of the host',
    optionsIn: () => ({ profile: readOnly(), pidNamespace: 'inherited' }),
  },
  {
    title: 'that may hold others',
    optionsIn: (root) => ({ profile: workspaceWrite({ root }), nestedSandbox: true }),
  },
  { title: 'that only has no network', optionsIn: () => ({ profile: OFFLINE }) },
]

const OFFLINE = {
  type: 'managed',
  file_system: { type: 'unrestricted' },
  network: 'restricted',
} as const

/** `/`, `/proc`, `/dev` and what is in that: fewer were not read right. */
const LEAST_MOUNTS = 5

describeForUsers('a sandbox', ['bwrap', 'userNamespaces', 'nativeLaunch'], (user) => {
  test.each(OPTIONS)('$title has the same mounts by bwrap and native', async ({ optionsIn }) => {
    const directory = makeTree(user, ['denied/reopened/x', 'denied/x', 'secret', '.git/config'])
    const options = { policyCwd: directory, ...optionsIn(directory) }
    const [byBwrap, byNative] = [
      await mountsIn(user, { ...options, backend: 'bwrap' }),
      await mountsIn(user, { ...options, backend: 'native' }),
    ]
    expect(byNative.length).toBeGreaterThan(LEAST_MOUNTS)
    expect(byNative).toEqual(byBwrap)
  })
})
