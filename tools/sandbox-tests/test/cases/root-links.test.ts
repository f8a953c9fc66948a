import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  runProgram,
  stageDirectory,
  stagedWords,
  type ProgramEnd,
  type TestUser,
} from '../../support/index.ts'
import { makeTree, profileOf, type Grants } from '../policy/policies.ts'
import { said } from './by-program.ts'

/** Those directories of the host that programs need, as they are or as links. */
const SYSTEM = ['/usr', '/etc', '/bin', '/sbin', '/lib', '/lib64']

interface World {
  /** Links at `/`, by name. */
  readonly links: Readonly<Record<string, string>>
  readonly directory: string
}

/** Runs a script by `codex-linux-sandbox` in a container of its own `/`. */
async function inWorld(
  user: TestUser,
  { links, directory }: World,
  { grants, script }: { readonly grants: Grants; readonly script: string },
): Promise<ProgramEnd> {
  const stage = stageDirectory()
  const container = [
    ...['--dev-bind', '/dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'],
    ...SYSTEM.flatMap((path) => ['--ro-bind-try', realpathOrSame(path), path]),
    ...['--ro-bind', stage, stage, '--bind', directory, directory, '--dir', '/.agents'],
    ...Object.entries(links).flatMap(([name, to]) => ['--symlink', to, `/${name}`]),
  ]
  const profile = JSON.stringify(profileOf(grants))
  const words = ['--sandbox-policy-cwd', '/', '--permission-profile', profile, '--command-cwd', '/', '--']
  return await runProgram(user, 'bwrap', [
    ...['--unshare-user', '--unshare-pid', '--uid', String(user.uid), '--gid', String(user.gid)],
    ...container,
    ...[...stagedWords('codex-linux-sandbox'), ...words, '/bin/sh', '-c', script],
  ])
}

function realpathOrSame(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

describeForUsers('protected names at / that are links', [], (user) => {
  function world(links: Readonly<Record<string, string>> = {}): World {
    const directory = makeTree(user, ['private/key', 'open/x'])
    return { directory, links }
  }

  const granted = ({ directory }: World): Grants => ({
    ':root': 'write',
    '/.git': 'write',
    '/.codex': 'write',
    '/.agents': 'write',
    '/.aws': 'write',
    [`${directory}/private`]: 'deny',
  })

  test('do not reopen what is denied: a grant by such a link starts nothing', async () => {
    const one = world()
    const links = { '.codex': `${one.directory}/private`, '.git': `${one.directory}/open` }
    const end = await inWorld(user, { ...one, links }, { grants: granted(one), script: 'cat /.codex/key' })
    expect(end).toMatchObject({ exitCode: 125, stdout: '' })
    expect(end.stderr).toMatch(
      /cannot enforce write on \/\.codex: .*the symbolic link \/\.codex.*\nhint: .+\n$/,
    )
  })

  test('are no obstacle when they lead to what is granted, and what is denied stays denied', async () => {
    const one = world()
    const links = { '.codex': `${one.directory}/open`, 'to-private': `${one.directory}/private` }
    const script = said(
      'echo x >> /.codex/x',
      'echo x > /.agents/new',
      'cat /to-private/key',
      `cat ${join(one.directory, 'private/key')}`,
    )
    const end = await inWorld(user, { ...one, links }, { grants: granted(one), script })
    expect(end).toMatchObject({ exitCode: 0, stdout: 'yes\nyes\nno\nno\n', stderr: '' })
    const free: Grants = { ...granted(one), [`${one.directory}/private`]: 'write' }
    const twin = await inWorld(user, { ...one, links }, { grants: free, script })
    expect(twin.stdout).toBe('yes\nyes\nyes\nyes\n')
  })

  test('cannot be what is denied: such a denial starts nothing', async () => {
    const one = world()
    const links = { private: `${one.directory}/open` }
    const grants: Grants = { ':root': 'write', '/private': 'deny' }
    const end = await inWorld(user, { ...one, links }, { grants, script: 'cat /private/x' })
    expect(end).toMatchObject({ exitCode: 125, stdout: '' })
    expect(end.stderr).toContain('the symbolic link /private, which the command can replace')
  })
})
