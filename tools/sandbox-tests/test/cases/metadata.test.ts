import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers, runProgram, type TestUser } from '../../support/index.ts'
import { inside, makeTree, outside, type Grants } from '../policy/policies.ts'
import { byProgram, contentOf, said } from './by-program.ts'

const READ_ONLY = 'Read-only file system'

const CONFIGS = ['.git/config', '.codex/config.toml', '.agents/rules', '.aws/config'] as const

describeForUsers('protected names', ['git'], (user) => {
  test.each(CONFIGS)('%s of a home that is writable is not written, and the rest is', async (config) => {
    const directory = makeTree(user, [`home/${config}`, 'home/x', 'cwd/x'])
    const grants: Grants = { ':root': 'read', ':project_roots': 'write', [`${directory}/home`]: 'write' }
    const script = said(
      `echo x >> ../home/${config}`,
      `rm ../home/${config}`,
      `mv ../home/${config.split('/')[0]} ../home/moved`,
      `cat ../home/${config}`,
      'echo x >> ../home/x',
    )
    const run = { script, cwd: join(directory, 'cwd') }
    const { stdout, stderr } = await byProgram(user, { ...run, grants })
    expect({ stdout, stderr }).toEqual({ stdout: 'no\nno\nno\nyes\nyes\n', stderr: '' })
    expect(readFileSync(join(directory, 'home', config), 'utf8')).toBe(`home/${config}`)
    expect(readFileSync(join(directory, 'home/x'), 'utf8')).toBe('home/xx\n')
    // Granted itself, it is as the rest.
    const lifted: Grants = { ...grants, [`${directory}/home/${config.split('/')[0]}`]: 'write' }
    const twin = said(`echo x >> ../home/${config}`, `rm ../home/${config}`)
    expect(await byProgram(user, { ...run, grants: lifted, script: twin })).toMatchObject({
      stdout: 'yes\nyes\n',
    })
  })

  test('a grant on one of them lifts the protection of that one alone', async () => {
    const directory = makeTree(user, [...CONFIGS])
    const grants: Grants = { ':root': 'read', [directory]: 'write', [`${directory}/.git`]: 'write' }
    const script = CONFIGS.map((config) => `echo x >> $1/${config}`).join('\n')
    expect(await inside(user, { grants, script, directory })).toEqual(['ok', READ_ONLY, READ_ONLY, READ_ONLY])
    expect(await outside(user, { script, directory })).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  test.each([
    { why: 'an empty file', name: '.codex' },
    { why: 'an empty directory', name: '.agents/' },
  ])('$why of such a name stays what it is, and is not written', async ({ name }) => {
    const directory = makeTree(user, [name, 'x'])
    const path = name.replace('/', '')
    if (!name.endsWith('/')) await runProgram(user, '/bin/sh', ['-c', `: > ${directory}/${path}`])
    const before = contentOf(directory)
    const script = said(
      `echo x > ${path}`,
      `echo x > ${path}/new`,
      `rm -r ${path}`,
      `mv ${path} moved`,
      'cat x',
    )
    const grants: Grants = { ':root': 'read', ':project_roots': 'write' }
    const { stdout } = await byProgram(user, { grants, script, cwd: directory })
    expect(stdout).toBe('no\nno\nno\nno\nyes\n')
    expect(contentOf(directory)).toEqual(before)
    expect(await outside(user, { script: `mv $1/${path} $1/moved`, directory })).toEqual(['ok'])
  })

  test('a link of such a name is an error of a line, and what it leads to stays as it was', async () => {
    const directory = makeTree(user, ['w/decoy/config.toml'])
    symlinkSync('decoy', join(directory, 'w/.codex'))
    const run = { cwd: join(directory, 'w'), script: 'echo x >> .codex/config.toml' }
    const end = await byProgram(user, { ...run, grants: { ':root': 'read', ':project_roots': 'write' } })
    expect(end).toMatchObject({ exitCode: 125, stdout: '' })
    expect(end.stderr).toMatch(
      /^linux-sandbox: .*the protection of .*\/w\/\.codex.*symbolic link.*\nhint: .+\n$/,
    )
    expect(readFileSync(join(directory, 'w/decoy/config.toml'), 'utf8')).toBe('w/decoy/config.toml')
    const free = await byProgram(user, {
      ...run,
      grants: { ':root': 'read', [`${directory}/w/decoy`]: 'write' },
    })
    expect(free.exitCode).toBe(0)
  })

  test('git finds the repository above the workspace, and $TMPDIR behind a link is written', async () => {
    const { sub, real, run } = await makeRepository(user)
    const script = `
      git rev-parse --show-toplevel
      echo x > new && echo x > "$TMPDIR/temporary" && echo x > ${real}/by-its-path && echo written
      git status --porcelain --untracked-files=all
      echo x 2>&- >> ../.git/config || echo kept`
    const { stdout } = await byProgram(user, { ...run, script })
    const repository = join(sub, '..')
    expect(stdout).toBe(`${repository}\nwritten\n?? sub/new\n?? sub/x\nkept\n`)
    expect(Object.keys(contentOf(real))).toEqual([`${real}/by-its-path`, `${real}/temporary`])
  })

  test('and none can be made in the workspace, nor another protected name, and afterwards none is there', async () => {
    const { sub, run } = await makeRepository(user)
    const before = contentOf(sub)
    const script = said(
      'git init .',
      'mkdir .codex',
      'echo x > .agents',
      'ln -s x .aws',
      'mkdir other && rmdir other',
    )
    const { stdout } = await byProgram(user, { ...run, script })
    expect(stdout).toBe('no\nno\nno\nno\nyes\n')
    expect(contentOf(sub)).toEqual(before)
    const twin = await runProgram(user, '/bin/sh', ['-c', script], { cwd: sub })
    expect(twin.stdout).toBe('yes\nyes\nyes\nyes\nyes\n')
  })
})

/** A repository with `sub` in it, which a policy grants together with `$TMPDIR`, whose last component is a link to `real`. */
async function makeRepository(user: TestUser): Promise<{
  readonly sub: string
  readonly real: string
  readonly run: { readonly grants: Grants; readonly cwd: string; readonly env: NodeJS.ProcessEnv }
}> {
  const directory = makeTree(user, ['repository/sub/x', 'real/'])
  const [repository, real, link] = ['repository', 'real', 'link'].map((name) => join(directory, name))
  symlinkSync(real!, link!)
  await runProgram(user, 'git', ['init', '-q', repository!])
  const grants: Grants = { ':root': 'read', ':project_roots': 'write', ':tmpdir': 'write' }
  const sub = join(repository!, 'sub')
  return { sub, real: real!, run: { grants, cwd: sub, env: { TMPDIR: link } } }
}

describeForUsers('a writable directory in a protected one', [], (user) => {
  const LAYOUTS = ['directory', 'link'].flatMap((home) => ['home', 'thread'].map((cwd) => ({ home, cwd })))

  test.each(LAYOUTS)(
    'is written where the home is a $home and the command starts in the $cwd',
    async (layout) => {
      const directory = makeTree(user, ['real/.codex/config.toml', 'real/.codex/threads/one/x', 'real/x'])
      const home = join(directory, layout.home === 'link' ? 'link' : 'real')
      if (layout.home === 'link') symlinkSync('real', home)
      const thread = join(home, '.codex/threads/one')
      const names = ['.git', '.agents', '.codex', '.aws'].map((name) => join(thread, name))
      const skipped: Grants = Object.fromEntries(names.map((name) => [name, 'read']))
      const grants: Grants = {
        ':root': 'read',
        [home]: 'write',
        [`${home}/.codex`]: 'read',
        [thread]: 'write',
        ...skipped,
      }
      const script = said(
        `echo x >> ${home}/x`,
        `echo x >> ${thread}/x`,
        `cat ${home}/.codex/config.toml`,
        `echo x >> ${home}/.codex/config.toml`,
        `echo x > ${home}/.codex/threads/new`,
        `mv ${home}/.codex ${home}/moved`,
      )
      const cwd = layout.cwd === 'home' ? home : thread
      const { stdout, stderr } = await byProgram(user, { grants, skip: names, script, cwd })
      expect({ stdout, stderr }).toEqual({ stdout: 'yes\nyes\nyes\nno\nno\nno\n', stderr: '' })
      expect(readFileSync(join(directory, 'real/.codex/config.toml'), 'utf8')).toBe('real/.codex/config.toml')
      expect(await runProgram(user, '/bin/sh', ['-c', script])).toMatchObject({ stdout: 'yes\n'.repeat(6) })
    },
  )

  test('has its own protected names, which cannot be made', async () => {
    const directory = makeTree(user, ['.codex/config.toml', '.codex/thread/x'])
    const thread = join(directory, '.codex/thread')
    const grants: Grants = { ':root': 'read', [directory]: 'write', [thread]: 'write' }
    const before = contentOf(directory)
    const script = said(
      'mkdir .git',
      'mkdir .codex',
      'mkdir .agents',
      'mkdir .aws',
      'mkdir other && rmdir other',
    )
    const { stdout } = await byProgram(user, { grants, script, cwd: thread })
    expect(stdout).toBe('no\nno\nno\nno\nyes\n')
    expect(contentOf(directory)).toEqual(before)
    const twin = await runProgram(user, '/bin/sh', ['-c', script], { cwd: thread })
    expect(twin.stdout).toBe('yes\n'.repeat(5))
  })
})
