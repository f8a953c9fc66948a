import { chmodSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { readOnly, workspaceWrite, type Sandbox } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  processesWith,
  runProgram,
  startProgram,
  uniqueSeconds,
  until,
  withLibrary,
} from '../../support/index.ts'
import { directoryWithBwrap, expectRefusal, READ_ONLY_PROGRAMS } from './programs.ts'

/** Words that a bwrap of today has in its help, so that it is taken for one. */
const HELP = '# --as-pid-1 --cap-drop --die-with-parent --new-session --perms --unshare-cgroup-try'

function fake(body: string): string {
  return `#!/bin/sh\n${HELP}\n${body}\n`
}

const REAL = '/usr/bin/bwrap'

const FAILING: readonly { why: string; text: string | Buffer; message: RegExp }[] = [
  {
    why: 'fails with a text',
    text: fake('echo "bwrap: it is raining" >&2; exit 1'),
    message: /\(launcher\): bwrap: it is raining$/,
  },
  {
    why: 'fails with several lines',
    text: fake('printf "one\\ntwo\\n" >&2; exit 1'),
    message: /\(launcher\): one; two$/,
  },
  { why: 'fails without a word', text: fake('exit 3'), message: /\(launcher\): \S+ ended with status 3$/ },
  {
    why: 'ends well without running anything',
    text: fake('exit 0'),
    message: /\(launcher\): \S+ ended with status 0$/,
  },
  {
    why: 'runs the command itself',
    text: fake('echo ran; exit 0'),
    message: /\(launcher\): \S+ ended with status 0$/,
  },
  { why: 'is killed', text: fake('kill -KILL $$'), message: /\(launcher\): \S+ was ended by signal 9$/ },
  { why: 'crashes', text: fake('kill -SEGV $$'), message: /\(launcher\): \S+ was ended by signal 11$/ },
  {
    why: 'writes a megabyte',
    text: fake('head -c 1000000 /dev/zero | tr "\\0" x >&2; echo " the end" >&2; exit 1'),
    message: /^.{1,70000}x the end$/,
  },
  {
    why: 'writes terminal sequences and bytes that are no text',
    text: fake('printf "\\033[2J\\377 red" >&2; exit 1'),
    message: /red$/,
  },
  {
    why: 'is no program',
    text: Buffer.from(`\u007FELF${'\0'.repeat(64)}${HELP}`),
    message: /\(launcher\): .*cannot execute \S+$/,
  },
  {
    why: 'has an interpreter that is missing',
    text: `#!/nowhere/sh\n${HELP}\n`,
    message: /\(launcher\): .*cannot execute \S+$/,
  },
]

describeForUsers('a bwrap', [], (user) => {
  test.each(
    FAILING.flatMap((row) =>
      READ_ONLY_PROGRAMS.map((program) => ({ ...row, name: program.name, words: program.words })),
    ),
  )('that $why is told by $name with 125', async ({ text, message, words }) => {
    const directory = directoryWithBwrap(user, text)
    const [program, ...args] = words
    const end = await runProgram(user, program, [...args, 'echo', 'ran'], {
      env: { PATH: `${directory}:/usr/bin:/bin` },
    })
    expectRefusal(end, 125, message)
  })

  test('that fails is a SandboxSetupError of the library, by run and by spawn', async () => {
    const directory = directoryWithBwrap(user, fake('echo "bwrap: it is raining" >&2; exit 1'))
    const errors = await withLibrary(
      user,
      readOnly(),
      async ({ lib, attempt, endOf }, profile) => {
        const sandbox = await lib.Sandbox.create({ profile })
        return [(await attempt(() => sandbox.run('true'))).error, (await endOf(sandbox.spawn('true'))).error]
      },
      { env: { PATH: directory } },
    )
    for (const error of errors) {
      expect(error).toMatchObject({
        isSandboxError: true,
        name: 'SandboxSetupError',
        code: 'SANDBOX_SETUP_FAILED',
        step: 'launcher',
        exitStatus: 125,
      })
      expect(error?.message).toContain('bwrap: it is raining')
      expect(error?.hint).toContain(`${directory}/bwrap`)
    }
  })

  test.each(READ_ONLY_PROGRAMS)(
    'that hangs is ended by SIGINT to $name',
    async ({ words: [program, ...args] }) => {
      const seconds = uniqueSeconds()
      const directory = directoryWithBwrap(user, fake(`/bin/sleep ${seconds}`))
      const started = startProgram(user, program, [...args, 'true'], {
        env: { PATH: `${directory}:/usr/bin:/bin` },
      })
      await until(() => processesWith(`/bin/sleep ${seconds}`).length > 0)
      started.child.kill('SIGINT')
      expect(await started.ended).toMatchObject({ exitCode: null, signal: 'SIGINT', stdout: '', stderr: '' })
      await until(() => processesWith(seconds).length === 0)
    },
  )

  test('that hangs is ended by the timeout of run', async () => {
    const seconds = uniqueSeconds()
    const directory = directoryWithBwrap(user, fake(`exec /bin/sleep ${seconds}`))
    const result = await withLibrary(
      user,
      readOnly(),
      async ({ lib }, profile) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const { exitCode, signal, timedOut } = await sandbox.run('true', [], { timeoutMs: 300 })
        return { exitCode, signal, timedOut }
      },
      { env: { PATH: directory } },
    )
    expect(result).toEqual({ exitCode: null, signal: 'SIGTERM', timedOut: true })
    await until(() => processesWith(seconds).length === 0)
  })

  test('that lacks options is too old, and named with the option', async () => {
    const directory = directoryWithBwrap(user, '#!/bin/sh\necho usage: bwrap --bind --ro-bind --proc\n')
    for (const {
      words: [program, ...args],
    } of READ_ONLY_PROGRAMS) {
      const end = await runProgram(user, program, [...args, 'true'], { env: { PATH: directory } })
      expectRefusal(end, 125, new RegExp(`${directory}/bwrap has no option --`))
      expect(end.stderr).toContain('install bubblewrap 0.5.0 or newer')
    }
    const { error } = await withLibrary(
      user,
      readOnly(),
      async ({ lib, attempt }, profile) => attempt(() => lib.Sandbox.create({ profile }).then(() => null)),
      { env: { PATH: directory } },
    )
    expect(error).toMatchObject({
      isSandboxError: true,
      name: 'BwrapTooOldError',
      code: 'BWRAP_TOO_OLD',
      exitStatus: 125,
    })
  })

  test('that is missing, a directory or not executable is not found; the next one is', async () => {
    const directory = makeDirectory(user)
    mkdirSync(`${directory}/a/bwrap`, { recursive: true })
    const plain = directoryWithBwrap(user, fake('exit 9'))
    chmodSync(`${plain}/bwrap`, 0o644)
    mkdirSync(`${directory}/b`)
    symlinkSync('/nowhere/bwrap', `${directory}/b/bwrap`)
    const bad = [`${directory}/a`, plain, `${directory}/b`, `${directory}/none`, '', '.'].join(':')
    for (const {
      words: [program, ...args],
    } of READ_ONLY_PROGRAMS) {
      const [command, rest] = [program, [...args, 'echo', 'ran']] as const
      expectRefusal(
        await runProgram(user, command, rest, { env: { PATH: bad } }),
        125,
        new RegExp(
          `bwrap is unavailable: ${directory}/a/bwrap is no file, ${plain}/bwrap is not executable, `,
        ),
      )
      const good = await runProgram(user, command, rest, { env: { PATH: `${bad}:/usr/bin:/bin` } })
      expect(good).toEqual({ exitCode: 0, signal: null, stdout: 'ran\n', stderr: '' })
    }
    for (const env of [{}, { PATH: '' }]) {
      const { error } = await withLibrary(
        user,
        readOnly(),
        async ({ lib, attempt }, profile) => attempt(() => lib.Sandbox.create({ profile }).then(() => null)),
        { env },
      )
      expect(error).toMatchObject({
        isSandboxError: true,
        name: 'BwrapMissingError',
        code: 'BWRAP_MISSING',
        exitStatus: 125,
      })
      expect(error?.hint).toContain('bubblewrap')
    }
  })

  test('in a relative part of PATH is never used', async () => {
    const directory = directoryWithBwrap(user, fake('echo used >&2; exit 1'))
    for (const path of ['bin', './bin', '.:bin', '']) {
      for (const {
        words: [program, ...args],
      } of READ_ONLY_PROGRAMS) {
        const options = { env: { PATH: `${path}:/usr/bin:/bin` }, cwd: `${directory}/..` }
        expect(await runProgram(user, program, [...args, 'true'], options)).toMatchObject({
          exitCode: 0,
          stderr: '',
        })
      }
    }
  })

  test.each([
    { why: 'in what the command may write', link: false, cwd: '/' },
    { why: 'behind a link into what the command may write', link: true, cwd: '/' },
  ])('$why is skipped, and named when there is no other', async ({ link, cwd }) => {
    const directory = directoryWithBwrap(user, fake('echo used >&2; exit 1'))
    const elsewhere = makeDirectory(user)
    if (link) symlinkSync(`${directory}/bwrap`, `${elsewhere}/bwrap`)
    const path = link ? elsewhere : directory
    const profile = workspaceWrite({ root: directory, excludeSlashTmp: true, excludeTmpdir: true })
    const run = async (PATH: string) =>
      withLibrary(
        user,
        profile,
        async ({ lib, attempt }, input) =>
          attempt(async () => {
            const sandbox = await lib.Sandbox.create({ profile: input })
            return (await sandbox.run('echo', ['ran'])).stdout
          }),
        { env: { PATH }, cwd },
      )
    expect(await run(`${path}:/usr/bin:/bin`)).toEqual({ value: 'ran\n' })
    const { error } = await run(path)
    expect(error).toMatchObject({ code: 'BWRAP_MISSING' })
    expect(error?.message).toContain(`${directory}/bwrap`)
  })

  test('below the working directory of the caller is skipped', async () => {
    const directory = directoryWithBwrap(user, fake('echo used >&2; exit 1'))
    for (const {
      words: [program, ...args],
    } of READ_ONLY_PROGRAMS) {
      const env = { PATH: `${directory}:/usr/bin:/bin` }
      const inside = await runProgram(user, program, [...args, 'true'], { env, cwd: `${directory}/..` })
      expect(inside).toMatchObject({ exitCode: 0, stderr: '' })
      expect(await runProgram(user, program, [...args, 'true'], { env })).toMatchObject({
        exitCode: 125,
        stderr: expect.stringContaining('used') as string,
      })
    }
  })
})

describeForUsers('a host that refuses a fresh /proc', [], (user) => {
  test.each([
    "bwrap: Can't mount proc on /newroot/proc: Operation not permitted",
    "bwrap: Can't mount proc on /newroot/proc: Invalid argument",
    'bwrap: something nobody has said before',
    '',
  ])('as in "%s" gets its own, and is asked twice in the life of a process', async (wording) => {
    const log = `${makeDirectory(user)}/launches`
    const body = [
      'case "$1" in --help|--version) exec /usr/bin/bwrap "$@";; esac',
      `echo launch >>${log}`,
      `for word; do if test "$word" = --proc; then echo "${wording}" >&2; exit 1; fi; done`,
      `exec ${REAL} "$@"`,
    ].join('\n')
    const directory = directoryWithBwrap(user, fake(body))
    const seen = await withLibrary(
      user,
      readOnly(),
      async ({ lib }, profile) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const other = await lib.Sandbox.create({ profile })
        const run = async (one: Sandbox) => {
          const { exitCode, stdout, stderr, enforced } = await one.run(
            'sh',
            ['-c', 'cat; echo err >&2; exit 4'],
            { input: 'text' },
          )
          return { exitCode, stdout, stderr, proc: enforced.proc }
        }
        return [await run(sandbox), await run(sandbox), await run(other)]
      },
      { env: { PATH: `${directory}:/usr/bin:/bin` } },
    )
    const expected = { exitCode: 4, stdout: 'text', stderr: 'err\n', proc: 'host' }
    expect(seen).toEqual([expected, expected, expected])
    // Two for the first two runs, one for the third.
    expect(readFileSync(log, 'utf8')).toBe('launch\n'.repeat(5))
  })

  test.each(READ_ONLY_PROGRAMS)(
    'is no obstacle to $name, which says nothing of it',
    async ({ words: [program, ...args] }) => {
      const body = `for word; do if test "$word" = --proc; then echo no >&2; exit 1; fi; done; exec ${REAL} "$@"`
      const directory = directoryWithBwrap(user, fake(body))
      const end = await runProgram(user, program, [...args, 'echo', 'ran'], {
        env: { PATH: `${directory}:/usr/bin:/bin` },
      })
      expect(end).toEqual({ exitCode: 0, signal: null, stdout: 'ran\n', stderr: '' })
    },
  )

  test('is told apart from one that grants it', async () => {
    const { enforced } = await withLibrary(user, readOnly(), async ({ lib }, profile) =>
      (await lib.Sandbox.create({ profile })).run('true'),
    )
    expect(enforced.proc).toBe('fresh')
  })
})
