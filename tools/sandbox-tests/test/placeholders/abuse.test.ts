import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  descendantsOf,
  describeForUsers,
  identityOf,
  LAUNCHERS,
  launcherWords,
  makeDirectory,
  runProgram,
  startProgram,
  TEST_BACKEND,
  until,
  userEnvironment,
  type TestUser,
} from '../../support/index.ts'
import { listingOf } from './supervised.ts'

const GIT = 'git -c user.name=a -c user.email=a@b -c safe.directory=*'
const SET_UP = `${GIT} init -q . && echo 1 > kept && mkdir sub && echo 1 > sub/kept && ${GIT} add -A && ${GIT} commit -qm x && echo 2 > new`

function makeRepository(user: TestUser): string {
  const repository = makeDirectory(user)
  execFileSync('/bin/sh', ['-c', SET_UP], { cwd: repository, env: userEnvironment(), ...identityOf(user) })
  return repository
}

/** What git says of the repository from outside, and everything that is in it. */
function stateOf(user: TestUser, repository: string): { status: string; listing: readonly string[] } {
  const [program = '', ...args] = [...GIT.split(' '), 'status', '--porcelain', '-uall', '--ignored']
  const status = execFileSync(program, args, {
    cwd: repository,
    env: userEnvironment(),
    ...identityOf(user),
    encoding: 'utf8',
  })
  return { status, listing: listingOf(repository).filter((line) => !/^\.git[ /]/.test(line)) }
}

/** What a command does to its own process, to pid 1 and to the names that are protected. */
const ABUSE: readonly { why: string; line: string }[] = [
  { why: 'kills its parent', line: 'kill -9 $PPID; exit 0' },
  { why: 'kills everything that it sees', line: 'kill -9 -1; kill -9 $$' },
  { why: 'leaves background processes behind', line: '(setsid sleep 300 >/dev/null 2>&1 &) ; exit 0' },
  {
    why: 'stops pid 1 and itself',
    line: '(sleep 0.1; kill -CONT $$) & kill -STOP $PPID; kill -STOP $$; exit 0',
  },
  {
    why: 'takes the protected names away',
    line: 'for name in .git .codex .agents .aws; do mv $name x; rmdir $name; rm -rf $name; ln -sfT / $name; done; exit 0',
  },
  {
    why: 'plants names in what it made',
    line: 'mkdir -p .git/hooks .codex/x; echo x > .git/hooks/pre-commit; echo x > .aws/config; exit 0',
  },
]

/** One that is killed can take the next one with it. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

describeForUsers('a repository', ['git'], (user) => {
  test.each(LAUNCHERS.flatMap((launcher) => ABUSE.map((one) => ({ ...one, launcher, name: launcher.name }))))(
    'is as it was after a command that $why, by $name',
    async ({ line, launcher }) => {
      const repository = makeRepository(user)
      const before = stateOf(user, repository)
      const [program, words] = launcherWords(launcher, repository, ['sh', '-c', `(${line}) 2>/dev/null`])
      await runProgram(user, program, words)
      expect(stateOf(user, repository)).toEqual(before)
    },
  )

  test.each(LAUNCHERS)('shows what a command really did, by $name', async (launcher) => {
    const repository = makeRepository(user)
    const before = stateOf(user, repository)
    const [program, words] = launcherWords(launcher, repository, [
      'sh',
      '-c',
      'echo 3 > kept; mkdir -p a/.git',
    ])
    expect(await runProgram(user, program, words)).toMatchObject({ exitCode: 0 })
    expect(stateOf(user, repository)).not.toEqual(before)
  })

  test.each([
    { victim: 'the program that started it', pattern: /codex-linux-sandbox/ },
    { victim: 'supervise', pattern: / supervise /, last: 1 },
    ...(TEST_BACKEND === 'bwrap' ? [{ victim: 'bubblewrap', pattern: /^bwrap / }] : []),
    { victim: 'pid 1', pattern: / enter( \d+)?$/ },
    { victim: 'the command', pattern: /^sleep 300/ },
  ])('is as it was when somebody kills $victim', async ({ pattern, last }) => {
    const repository = makeRepository(user)
    const before = stateOf(user, repository)
    const launcher = LAUNCHERS.at(-1) as (typeof LAUNCHERS)[number]
    const [program, words] = launcherWords(launcher, repository, ['sh', '-c', 'echo ready; exec sleep 300'])
    const run = startProgram(user, program, words)
    await run.wrote('ready')
    const itself = { pid: run.pid, commandLine: [program, ...words].join(' ') }
    const victims = (): readonly { pid: number }[] =>
      [itself, ...descendantsOf(run.pid)]
        .filter(({ commandLine }) => pattern.test(commandLine))
        .slice(0, last)
    // The shell becomes `sleep` a moment after it has written.
    await until(() => victims().length > 0)
    for (const { pid } of victims()) killIfThere(pid)
    await run.ended
    // The next sandbox of the user clears away what a killed supervise has left.
    const other = makeDirectory(user)
    const next = await runProgram(user, ...launcherWords(launcher, other, ['true']))
    expect(next).toMatchObject({ exitCode: 0 })
    await until(() => !existsSync(`${repository}/.codex`))
    expect(stateOf(user, repository)).toEqual(before)
  })
})
