import { chmodSync, chownSync, lstatSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  runProgram,
  stagedNode,
  stagedProgram,
  userEnvironment,
  withLibrary,
  type TestUser,
} from '../../support/index.ts'
import { profileOf, type Grants } from '../policy/policies.ts'
import { makeFiles, makeOutside } from './places.ts'
import { actsProgram, disagreements, type Foretold, type PathActs } from './acts.ts'

const FILES = [
  'w/file',
  'w/src/a.ts',
  'w/secret.env',
  'w/denied/x',
  'w/denied/open/x',
  'w/.git/HEAD',
  'w/.git/config',
  'w/.git/objects/x',
  'w/.git/refs/heads/x',
  'w/vendor/lib/code',
  'w/vendor/lib/.git/HEAD',
  'w/vendor/lib/.git/config',
  'w/vendor/lib/.git/objects/x',
  'w/vendor/lib/.git/refs/heads/x',
  'outside/file',
  'home/.bashrc',
  'tmpdir/x',
]

const LINKS: Readonly<Record<string, string>> = {
  'w/out': '../outside/file',
  'w/out-directory': '../outside',
  'w/dangling-out': '../outside/none',
  'w/dangling-in': 'none',
  'w/loop': 'loop',
  'w/to-config': '.git/config',
  'outside/in': '../w/file',
  'outside/in-directory': '../w/src',
}

function makeScene(user: TestUser): string {
  const top = makeOutside(user)
  const text = (name: string): string => (name.endsWith('HEAD') ? 'ref: refs/heads/x\n' : '')
  makeFiles(user, top, Object.fromEntries(FILES.map((name) => [name, text(name)])))
  for (const [name, to] of Object.entries(LINKS)) symlinkSync(to, join(top, name))
  return top
}

/** Of the scene. A `..` comes after a link on purpose. */
const SCENE_PATHS = [
  ...FILES,
  ...Object.keys(LINKS),
  ...[
    'w',
    'w/new',
    'w/src',
    'w/new/deeper',
    'w/.codex',
    'w/.git',
    'w/.git/hooks',
    'w/vendor/lib',
    'w/vendor/lib/.git',
  ],
  ...['w/out-directory/file', 'w/out-directory/../home/.bashrc', 'w/denied', 'w/denied/open', 'w/other.env'],
  ...[
    'outside',
    'outside/new',
    'outside/in-directory/a.ts',
    'home',
    'home/.profile',
    'tmpdir',
    'tmpdir/new',
    'tmpdir/.git',
    'absent',
  ],
]

const HOST_PATHS = [
  ...[
    '/',
    '/etc/passwd',
    '/etc',
    '/etc/new',
    '/usr/bin/env',
    '/tmp',
    `/tmp/new-${process.pid}`,
    '/run',
    '/var/tmp',
  ],
  ...[
    '/dev',
    '/dev/null',
    '/dev/zero',
    '/dev/full',
    '/dev/sda',
    '/dev/mem',
    '/dev/kmsg',
    '/dev/shm',
    '/dev/shm/new',
  ],
  ...['/proc/version', '/proc/self/status', '/proc/keys', '/proc/sys/kernel/core_pattern', '/proc/none'],
  '/nowhere/at/all',
]

interface Invocation {
  readonly user: TestUser
  readonly top: string
  readonly options: readonly string[]
}

async function ours(
  { user, top, options }: Invocation,
  command: string,
  words: readonly string[],
): Promise<string> {
  const args = [stagedProgram('linux-sandbox'), command, '-C', join(top, 'w'), ...options, ...words]
  const env = { ...userEnvironment(), HOME: join(top, 'home'), TMPDIR: join(top, 'tmpdir') }
  const { stdout, stderr, exitCode } = await runProgram(user, stagedNode(), args, { env, cwd: '/' })
  expect({ stderr, hasEnded: exitCode === 0 || exitCode === 1 }).toEqual({ stderr: '', hasEnded: true })
  return stdout
}

/** The answers of `check`, one line for each path. */
async function checked(
  call: Invocation,
  act: '--read' | '--write',
  paths: readonly string[],
): Promise<string[]> {
  const lines = (await ours(call, 'check', [act, '--', ...paths])).trimEnd().split('\n')
  expect(lines).toHaveLength(paths.length)
  return lines
}

describeForUsers('what check and explain say', [], (user) => {
  test.each([
    { options: [], writable: ['w/file', 'w/new', 'outside/in', '/tmp', 'tmpdir/new', '/dev/null'] },
    { options: ['-P', ':read-only'], writable: ['/dev/null', '/dev/shm/new'] },
    { options: ['-g', 'commit'], writable: ['w/.git/objects/x', 'w/.git/refs/heads/x'] },
    { options: ['-g', 'all'], writable: ['w/.git/config', 'w/to-config', 'w/vendor/lib/.git/config'] },
    { options: ['--no-proc'], writable: ['w/file'] },
    { options: ['--inherit-pid-namespace'], writable: ['w/file'] },
    { options: ['--protected-names', 'extended-2026'], writable: ['w/file'] },
  ])('is what happens, with $options', async ({ options, writable }) => {
    const top = makeScene(user)
    const call = { user, top, options }
    const paths = [...SCENE_PATHS.map((name) => `${top}/${name}`), ...HOST_PATHS]
    const reads = await checked(call, '--read', paths)
    const writes = await checked(call, '--write', paths)
    const foretold = paths.map((path, index): Foretold => {
      const [read = '', write = ''] = [reads[index], writes[index]]
      return {
        path,
        read: read.startsWith('yes: read '),
        write: write.startsWith('yes: write '),
        exists: !read.includes('nothing is there'),
      }
    })
    const { paths: explained } = JSON.parse(await ours(call, 'explain', ['--json', '--', ...paths])) as {
      readonly paths: readonly { readonly access: string; readonly exists: boolean }[]
    }
    const happened = JSON.parse(
      await ours(call, 'run', ['--', stagedNode(), ...actsProgram(paths)]),
    ) as PathActs[]

    expect(disagreements(foretold, happened)).toEqual([])
    expect(explained.map(({ access }) => access)).toEqual(
      foretold.map(({ read, write }) => (write ? 'write' : read ? 'read' : 'deny')),
    )
    const wanted = writable.map((name) => (name.startsWith('/') ? name : `${top}/${name}`))
    expect(wanted.filter((path) => foretold[paths.indexOf(path)]?.write !== true)).toEqual([])
    expect(foretold.filter(({ write }) => !write).length).toBeGreaterThan(20)
  })

  test('is about the policy: outside of a sandbox the user can write all that is the user’s own', async () => {
    const top = makeScene(user)
    const paths = FILES.map((name) => `${top}/${name}`)
    const { stdout } = await runProgram(user, stagedNode(), actsProgram(paths))
    expect(JSON.parse(stdout)).toEqual(paths.map(() => ({ read: 'done', write: 'done' })))
    const scene = FILES.filter((name) => lstatSync(join(top, name)).isFile())
    expect(scene).toEqual(FILES)
  })

  test('is what happens, with a private /tmp', async () => {
    const call = { user, top: makeScene(user), options: ['-P', ':read-only', '--private-tmp'] }
    const hidden = join(makeDirectory(user), 'hidden')
    writeFileSync(hidden, '')
    const asked = ['/tmp', `/tmp/new-${process.pid}`, hidden, `/var/tmp/new-${process.pid}`]
    const writes = await checked(call, '--write', asked)
    expect(writes.map((line) => line.split(':')[0])).toEqual(['yes', 'yes', 'yes', 'no'])
    expect(writes[2]).toContain('nothing is there')
    const script =
      'test -e "$3" && echo "$3 is there"; for path; do mkdir -p "$path" 2>/dev/null && echo yes || echo no; done'
    const made = await ours(call, 'run', ['--', 'sh', '-c', script, 'sh', ...asked])
    expect(made).toBe('yes\nyes\nyes\nno\n')
    const shared = { ...call, options: [] }
    expect(await ours(shared, 'run', ['--', 'sh', '-c', script, 'sh', '/tmp', '/tmp', hidden])).toContain(
      'is there',
    )
  })

  const canGiveAway = process.geteuid?.() === 0
  const permissions = 'leaves permissions out: what only its owner may read can be allowed all the same'
  test.skipIf(!canGiveAway)(canGiveAway ? permissions : `${permissions} (needs root)`, async () => {
    const top = makeScene(user)
    const directory = makeDirectory({ ...user, uid: user.uid + 1 })
    writeFileSync(join(directory, 'private'), '')
    chmodSync(join(directory, 'private'), 0o600)
    chownSync(join(directory, 'private'), user.uid + 1, user.gid)
    chmodSync(directory, 0o700)
    const path = join(directory, 'private')
    const call = { user, top, options: ['-P', ':read-only'] }
    const [line] = await checked(call, '--read', [path])
    const [real] = JSON.parse(
      await ours(call, 'run', ['--', stagedNode(), ...actsProgram([path])]),
    ) as PathActs[]
    expect(line).toMatch(/^yes: read /)
    expect(line?.includes('this user cannot look there')).toBe(user.name !== 'root')
    expect(real?.read).toBe('EACCES')
  })

  test.each([
    {
      why: 'patterns and denials',
      grants: {
        ':root': 'read',
        ':project_roots': 'write',
        '**/*.env': 'deny',
        DENIED: 'deny',
        OPEN: 'write',
      },
    },
    {
      why: 'reading of little',
      grants: { ':minimal': 'read', STAGE: 'read', ':project_roots': 'read', SRC: 'write', LINK: 'write' },
    },
  ] as const)('is what happens, with $why', async ({ grants }) => {
    const top = makeScene(user)
    const names: Readonly<Record<string, string>> = {
      DENIED: `${top}/w/denied`,
      OPEN: `${top}/w/denied/open`,
      STAGE: dirname(stagedNode()),
      SRC: `${top}/w/src`,
      LINK: `${top}/outside/in-directory`,
    }
    const named: Grants = Object.fromEntries(
      Object.entries(grants).map(([name, access]) => [names[name] ?? name, access]),
    )
    const paths = [...SCENE_PATHS.map((name) => `${top}/${name}`), ...HOST_PATHS].filter(
      (path) => !path.includes('..'),
    )
    const sandbox = { profile: profileOf(named), policyCwd: `${top}/w` }
    const input = { sandbox, asked: paths, command: [stagedNode(), ...actsProgram(paths)] }
    const seen = await withLibrary(
      user,
      input,
      async ({ lib }, { sandbox: options, asked, command: [program = '', ...args] }) => {
        const preview = await lib.previewSandbox(options)
        const foretold = asked.map((path) => {
          try {
            const { access, exists } = preview.accessOf(path as Parameters<typeof preview.accessOf>[0])
            return { path, read: access !== 'deny', write: access === 'write', exists }
          } catch {
            return { path, read: false, write: false, exists: false }
          }
        })
        const created = await lib.Sandbox.create(options)
        const { stdout, stderr } = await created.run(program, args, { cwd: '/' })
        return { foretold, stdout, stderr }
      },
    )
    expect(seen.stderr).toBe('')
    expect(disagreements(seen.foretold, JSON.parse(seen.stdout) as PathActs[])).toEqual([])
    const count = (isWanted: (one: Foretold) => boolean): number => seen.foretold.filter(isWanted).length
    expect(count(({ read }) => !read)).toBeGreaterThan(3)
    expect(count(({ write }) => write)).toBeGreaterThan(3)
  })
})
