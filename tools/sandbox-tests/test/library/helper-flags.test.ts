import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  runProgram,
  stagedWords,
  type ProgramEnd,
  type TestUser,
} from '../../support/index.ts'

interface HelperRun {
  readonly user: TestUser
  readonly directory: string
  readonly flags: readonly string[]
  readonly command: readonly string[]
  /** Words before the helper. */
  readonly prefix?: readonly string[]
}

async function runHelper({ user, directory, flags, command, prefix = [] }: HelperRun): Promise<ProgramEnd> {
  const helper = stagedWords('codex-linux-sandbox')
  const all = [...prefix, ...helper, '--sandbox-policy-cwd', directory, ...flags, '--', ...command]
  const [program = '', ...args] = all
  return await runProgram(user, program, args, { cwd: directory })
}

const LEGACY = '{"type":"workspace-write","exclude_slash_tmp":true,"exclude_tmpdir_env_var":true}'
const SPLIT = JSON.stringify({
  kind: 'restricted',
  entries: [
    { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
    { path: { type: 'special', value: { kind: 'current_working_directory' } }, access: 'write' },
  ],
})

const WRITES = [
  'sh',
  '-c',
  'echo in > in && cat in; { echo out > /etc/planted; } 2>/dev/null || echo blocked',
]
const CONFINED = { exitCode: 0, stdout: 'in\nblocked\n', stderr: '' }

describeForUsers('the policy in an earlier shape', [], (user) => {
  test.each([
    { title: 'a legacy policy', flags: ['--sandbox-policy', LEGACY] },
    {
      title: 'a split policy',
      flags: ['--file-system-sandbox-policy', SPLIT, '--network-sandbox-policy', '"restricted"'],
    },
    {
      title: 'both',
      flags: [
        ...['--file-system-sandbox-policy', SPLIT, '--network-sandbox-policy', '"restricted"'],
        ...['--sandbox-policy', LEGACY],
      ],
    },
    { title: 'a legacy policy under Landlock', flags: ['--sandbox-policy', LEGACY, '--use-legacy-landlock'] },
    {
      title: 'a legacy policy in the PID namespace of the host',
      flags: ['--sandbox-policy', LEGACY, '--inherit-pid-namespace'],
    },
  ])('confines: $title', async ({ flags }) => {
    expect(await runHelper({ user, directory: makeDirectory(user), flags, command: WRITES })).toMatchObject(
      CONFINED,
    )
  })

  test('reads only what a restricted legacy policy says', async () => {
    const secret = makeDirectory(user)
    const restricted = { type: 'restricted', readable_roots: [] as string[] }
    const command = ['sh', '-c', `ls ${secret} >/dev/null 2>&1 && echo seen || echo hidden`]
    const end = async (roots: string[]): Promise<string> => {
      const access = JSON.stringify({ type: 'read-only', access: { ...restricted, readable_roots: roots } })
      return (
        await runHelper({
          user,
          directory: makeDirectory(user),
          flags: ['--sandbox-policy', access],
          command,
        })
      ).stdout
    }
    expect(await end([])).toBe('hidden\n')
    expect(await end([secret])).toBe('seen\n')
  })
})

describeForUsers('the stage inside a sandbox', ['python3'], (user) => {
  const SOCKET = ['/usr/bin/python3', '-c', 'import socket; socket.socket(socket.AF_UNIX); print("made")']
  /** A launcher leaves none; this takes them from root. */
  const withoutCapabilities = ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all', '--']
  const prefix = user.name === 'root' ? withoutCapabilities : []
  const inner = ['--apply-seccomp-then-exec', '--permission-profile']
  const profile = (network: string): string =>
    `{"type":"managed","file_system":{"type":"restricted","entries":[]},"network":"${network}"}`

  test('loads the filter that belongs to the network', async () => {
    const run = { user, directory: makeDirectory(user), prefix, command: SOCKET }
    const restricted = await runHelper({ ...run, flags: [...inner, profile('restricted')] })
    expect(restricted.exitCode).toBe(1)
    expect(restricted.stderr).toMatch(/PermissionError: \[Errno 1\]/)
    const enabled = await runHelper({ ...run, flags: [...inner, profile('enabled')] })
    expect(enabled).toMatchObject({ exitCode: 0, stdout: 'made\n' })
  })

  if (user.name === 'root') {
    test('starts nothing that has a capability', async () => {
      const run = { user, directory: makeDirectory(user), command: ['echo', 'started'] }
      const flags = [...inner, profile('restricted')]
      const end = await runHelper({ ...run, flags })
      expect(end).toMatchObject({ exitCode: 125, stdout: '' })
      expect(end.stderr).toMatch(/capabilities/)
      expect(await runHelper({ ...run, flags, prefix })).toMatchObject({ exitCode: 0, stdout: 'started\n' })
    })
  }

  test('starts nothing unless a mount is what its descriptor refers to', async () => {
    const directory = makeDirectory(user)
    const other = makeDirectory(user)
    const run = {
      user,
      directory,
      command: ['echo', 'started'],
      prefix: [...prefix, 'sh', '-c', `exec 9<${directory}; exec "$@"`, 'sh'],
    }
    const flags = (path: string): string[] => [
      '--verify-fd-mount',
      `9:${path}`,
      ...inner,
      profile('restricted'),
    ]
    expect(await runHelper({ ...run, flags: flags(directory) })).toMatchObject({
      exitCode: 0,
      stdout: 'started\n',
    })
    for (const path of [other, `${directory}/missing`]) {
      const end = await runHelper({ ...run, flags: flags(path) })
      expect(end).toMatchObject({ exitCode: 125, stdout: '' })
      expect(end.stderr).toMatch(/\(mounts\)/)
    }
  })
})
