import {
  chmodSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { PermissionProfile } from 'linux-sandbox'
import { expect, onTestFinished, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  runScenario,
  stagedProbe,
  type Outcome,
  type TestUser,
} from '../../support/index.ts'
import { attemptInside, type Attempt } from '../attacks/attempts.ts'

const SECRETS = [
  '.env',
  'app/prod.env',
  'app/.hidden/deep/down/x.env',
  'ignored/.env',
  '.git/x.env',
  'outside.env',
  'vault.env/key',
] as const

/** A workspace with secrets at several depths, all of it owned by `user`. */
function makeWorkspace(user: TestUser): string {
  const workspace = makeDirectory(user)
  const write = (name: string, text = 'as it was\n'): void => {
    mkdirSync(dirname(join(workspace, name)), { recursive: true })
    writeFileSync(join(workspace, name), text)
  }
  for (const name of SECRETS) if (name !== 'outside.env') write(name)
  for (const name of ['notes', 'app/env', 'beyond/kept']) write(name)
  write('.gitignore', 'ignored\n')
  write('.ignore', '*\n')
  symlinkSync('beyond/kept', join(workspace, 'outside.env'))
  symlinkSync('app', join(workspace, 'also'))
  if (process.geteuid?.() === 0) giveTo(user, workspace)
  return workspace
}

function giveTo({ uid, gid }: TestUser, directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, encoding: 'utf8' }))
    lchownSync(join(directory, entry), uid, gid)
}

interface GlobPolicy {
  readonly globs: readonly string[]
  readonly maxDepth?: number
  readonly write?: readonly string[]
  readonly deny?: readonly string[]
}

function profileWith(
  workspace: string,
  { globs, maxDepth, write = [], deny = [] }: GlobPolicy,
): PermissionProfile {
  const entry = (path: string, access: string) => ({ path: { type: 'path', path }, access })
  const entries = [
    entry('/', 'read'),
    // The protected names are not what is tested here.
    ...[workspace, join(workspace, '.git'), ...write].map((path) => entry(path, 'write')),
    ...deny.map((path) => entry(path, 'deny')),
    ...globs.map((pattern) => ({ path: { type: 'glob_pattern', pattern }, access: 'deny' })),
  ]
  const depth = maxDepth === undefined ? {} : { glob_scan_max_depth: maxDepth }
  // Paths of a profile as JSON gives them are plain strings.
  return {
    type: 'managed',
    file_system: { type: 'restricted', entries, ...depth },
    network: 'restricted',
  } as unknown as PermissionProfile
}

async function attempt(
  user: TestUser,
  { workspace, policy, attempts }: { workspace: string; policy: GlobPolicy; attempts: readonly Attempt[] },
): Promise<string[]> {
  const profile = profileWith(workspace, policy)
  return await attemptInside(user, attempts, { sandbox: { profile, policyCwd: workspace }, cwd: workspace })
}

/** Everything that a command can do with a file, the one that ruins it last. */
function attemptsOn(path: string): Attempt[] {
  return [
    ['read', path],
    ['write', path],
    ['chmod', path, '644'],
    ['rename', path, `${path}-new`],
    ['rename', `${path}-new`, path],
    ['unlink', path],
  ]
}

const FREE = ['ok', 'ok', 'ok', 'ok', 'ok', 'ok']

describeForUsers('deny globs', ['cc', 'seccomp'], (user) => {
  test.each(SECRETS.filter((name) => name !== 'outside.env' && name !== 'vault.env/key'))(
    '%s can be neither read, written, renamed, removed nor changed in mode, as it can without the glob',
    async (name) => {
      const workspace = makeWorkspace(user)
      const attempts = attemptsOn(join(workspace, name))
      const policy = { globs: ['**/*.env'] }
      const denied = ['EACCES', 'EACCES', 'EROFS', 'EBUSY', 'ENOENT', 'EBUSY']
      expect(await attempt(user, { workspace, policy, attempts })).toEqual(denied)
      expect(readFileSync(join(workspace, name), 'utf8')).toBe('as it was\n')
      expect(await attempt(user, { workspace, policy: { globs: [] }, attempts })).toEqual(FREE)
    },
  )

  test('a directory that matches is closed with all that is in it', async () => {
    const workspace = makeWorkspace(user)
    const vault = join(workspace, 'vault.env')
    const attempts: Attempt[] = [
      ['list', vault],
      ['read', join(vault, 'key')],
      ['create', join(vault, 'new')],
      ['rename', vault, `${vault}-new`],
    ]
    const denied = ['EACCES', 'EACCES', 'EACCES', 'EBUSY']
    expect(await attempt(user, { workspace, policy: { globs: ['**/*.env'] }, attempts })).toEqual(denied)
    const free = ['ok', 'ok', 'ok', 'ok']
    expect(await attempt(user, { workspace, policy: { globs: [] }, attempts })).toEqual(free)
  })

  test('what a matching link leads to is denied by both names', async () => {
    const workspace = makeWorkspace(user)
    const attempts: Attempt[] = [
      ['read', join(workspace, 'outside.env')],
      ['read', join(workspace, 'beyond/kept')],
      ['write', join(workspace, 'beyond/kept')],
    ]
    const denied = ['EACCES', 'EACCES', 'EACCES']
    expect(await attempt(user, { workspace, policy: { globs: ['**/*.env'] }, attempts })).toEqual(denied)
    expect(await attempt(user, { workspace, policy: { globs: [] }, attempts })).toEqual(['ok', 'ok', 'ok'])
  })

  test('a match is denied through every link, also when the pattern begins at a link', async () => {
    const workspace = makeWorkspace(user)
    const attempts: Attempt[] = [
      ['read', join(workspace, 'app/prod.env')],
      ['read', join(workspace, 'also/prod.env')],
      ['read', join(workspace, 'also/env')],
    ]
    const policy = { globs: [`${workspace}/also/*.env`] }
    expect(await attempt(user, { workspace, policy, attempts })).toEqual(['EACCES', 'EACCES', 'ok'])
  })

  test('a match is not moved away with its directory, and gets no second name', async () => {
    const workspace = makeWorkspace(user)
    const moved = join(workspace, 'moved')
    const attempts: Attempt[] = [
      ['link', join(workspace, 'app/prod.env'), join(workspace, 'second')],
      ['rename', join(workspace, 'app'), moved],
      ['read', join(moved, 'prod.env')],
      ['unlink', join(moved, 'prod.env')],
    ]
    const policy = { globs: ['**/*.env'] }
    expect(await attempt(user, { workspace, policy, attempts })).toEqual([
      'EXDEV',
      'EBUSY',
      'ENOENT',
      'ENOENT',
    ])
    const again = makeWorkspace(user)
    const twins = attempts.map((words) => words.map((word) => word.replace(workspace, again)))
    const free = await attempt(user, { workspace: again, policy: { globs: [] }, attempts: twins })
    expect(free).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  test('what does not match, and what lies below the depth limit, stays free', async () => {
    const workspace = makeWorkspace(user)
    const attempts: Attempt[] = [
      'notes',
      'app/env',
      '.env',
      'app/prod.env',
      'app/.hidden/deep/down/x.env',
    ].map((name) => ['write', join(workspace, name)])
    const policy = { globs: ['**/*.env'], maxDepth: 2 }
    expect(await attempt(user, { workspace, policy, attempts })).toEqual([
      'ok',
      'ok',
      'EACCES',
      'EACCES',
      'ok',
    ])
  })

  test('a glob wins over the entries that grant what it matches, and what is in that', async () => {
    const workspace = makeWorkspace(user)
    const write = ['app/prod.env', 'vault.env/key'].map((name) => join(workspace, name))
    const attempts = write.map((path): Attempt => ['write', path])
    expect(await attempt(user, { workspace, policy: { globs: ['**/*.env'], write }, attempts })).toEqual([
      'EACCES',
      'EACCES',
    ])
    expect(await attempt(user, { workspace, policy: { globs: [], write }, attempts })).toEqual(['ok', 'ok'])
  })

  test('what the command creates itself is not denied', async () => {
    const workspace = makeWorkspace(user)
    const later = join(workspace, 'later.env')
    const attempts: Attempt[] = [
      ['create', later],
      ['read', later],
    ]
    expect(await attempt(user, { workspace, policy: { globs: ['**/*.env'] }, attempts })).toEqual([
      'ok',
      'ok',
    ])
  })

  test('two hundred matches are denied', async () => {
    const workspace = makeWorkspace(user)
    const names = Array.from({ length: 200 }, (_, index) => join(workspace, `many-${index}.pem`))
    for (const name of names) writeFileSync(name, 'as it was\n', { mode: 0o644 })
    const attempts = names.map((name): Attempt => ['read', name])
    const results = await attempt(user, { workspace, policy: { globs: ['*.pem'] }, attempts })
    expect(results).toEqual(names.map(() => 'EACCES'))
    const free = await attempt(user, { workspace, policy: { globs: [] }, attempts })
    expect(free).toEqual(names.map(() => 'ok'))
  })

  test('a glob without a fixed directory starts nothing', async () => {
    const workspace = makeWorkspace(user)
    const { error } = await run(user, workspace, { globs: ['/**/*.env'] })
    expect(error).toMatchObject({
      name: 'PolicyUnsupportedError',
      code: 'POLICY_UNSUPPORTED',
      exitStatus: 125,
    })
    expect(error?.hint).toContain('begin the pattern with the directory')
  })

  test('a directory that this user cannot list starts nothing, unless an entry denies it', async () => {
    const workspace = makeWorkspace(user)
    const shut = join(workspace, 'app/.hidden')
    chmodSync(shut, 0o000)
    onTestFinished(() => chmodSync(shut, 0o755))
    const { error, result } = await run(user, workspace, { globs: ['**/*.env'] })
    if (user.uid === 0) {
      expect(result?.exitCode).toBe(0)
    } else {
      expect(error).toMatchObject({ name: 'SandboxSetupError', step: 'plan', errno: 13 })
      expect(error?.message).toContain(`cannot list the directory ${shut}`)
    }
    const denied = await run(user, workspace, { globs: ['**/*.env'], deny: [shut] })
    expect(denied.result?.exitCode).toBe(0)
  })

  async function run(by: TestUser, workspace: string, policy: GlobPolicy): Promise<Outcome> {
    return await runScenario(by, {
      sandbox: { profile: profileWith(workspace, policy), policyCwd: workspace },
      command: [stagedProbe(), 'read', join(workspace, 'notes')],
    })
  }
})
