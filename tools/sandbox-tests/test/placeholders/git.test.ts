import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers, identityOf, makeDirectory, type TestUser } from '../../support/index.ts'
import { startSupervised } from './supervised.ts'

const GIT = 'git -c user.name=a -c user.email=a@b -c safe.directory=*'

/** A repository with changes; `sub` is a writable root below it, where the protected names are missing. */
const SET_UP = `${GIT} init -q . && mkdir sub && echo 1 > sub/kept && echo 1 > kept && ${GIT} add -A && ${GIT} commit -qm x &&
  echo 2 > kept && echo 2 > sub/new && mkdir untracked && echo 1 > untracked/file`

const COMMANDS: readonly { why: string; line: string }[] = [
  { why: 'status', line: 'git status --porcelain' },
  { why: 'status with untracked files', line: 'git status --porcelain -uall' },
  { why: 'a dry clean', line: 'git clean -n' },
  { why: 'a dry clean of directories', line: 'git clean -nd' },
  { why: 'the top level', line: 'cd sub && git rev-parse --show-toplevel' },
  { why: 'adding all', line: 'git add -A && git status --porcelain' },
  { why: 'a stash of all', line: 'git stash -u && git status --porcelain && git stash show --name-only -u' },
]

function makeRepository(user: TestUser): string {
  const repository = makeDirectory(user)
  execFileSync('/bin/sh', ['-c', SET_UP], { cwd: repository, ...identityOf(user), stdio: 'ignore' })
  return repository
}

describeForUsers('git in a sandbox with placeholders', ['git'], (user) => {
  test.each(COMMANDS)('gives for $why what it gives outside', async ({ line: command }) => {
    const line = command.replaceAll('git ', `${GIT} `)
    const outside = makeRepository(user)
    const expected = outputOf(user, line, outside)
    const inside = makeRepository(user)
    const registry = join(makeDirectory(user), 'registry')
    const names = ['.codex', '.agents', 'sub/.codex']
    const git = join(inside, 'sub/.git')
    const paths = names.map((name) => join(inside, name))
    const mounts = [
      ...['--ro-bind', git, git],
      ...paths.flatMap((path) => ['--ro-bind', join(registry, 'unlisted'), path]),
    ]
    const run = startSupervised(user, {
      registry,
      placeholders: [...paths, git].map((path) => ({ path })),
      mounts,
      line: `(${line}) 2>&1; echo $?`,
      cwd: inside,
    })
    const { stdout } = await run.ended
    expect(stdout.replaceAll(inside, outside).replaceAll(/[0-9a-f]{7} x/g, 'ID x')).toBe(expected)
  })
})

function outputOf(user: TestUser, line: string, cwd: string): string {
  const text = execFileSync('/bin/sh', ['-c', `(${line}) 2>&1; echo $?`], {
    cwd,
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
    ...identityOf(user),
  })
  return text.replaceAll(/[0-9a-f]{7} x/g, 'ID x')
}
