import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  processesWith,
  runProgram,
  startProgram,
  uniqueSeconds,
  until,
  withLibrary,
} from '../../support/index.ts'
import { BWRAP_HELP, fakeBwrap } from '../launcher/fakes.ts'
import { directoryWithBwrap, expectRefusal, READ_ONLY_PROGRAMS } from './programs.ts'

const FAILING: readonly { why: string; text: string | Buffer; message: RegExp }[] = [
  {
    why: 'fails with a text',
    text: fakeBwrap('echo "bwrap: it is raining" >&2; exit 1'),
    message: /\(launcher\): bwrap: it is raining$/,
  },
  {
    why: 'fails with several lines',
    text: fakeBwrap('printf "one\\ntwo\\n" >&2; exit 1'),
    message: /\(launcher\): one; two$/,
  },
  {
    why: 'fails without a word',
    text: fakeBwrap('exit 3'),
    message: /\(launcher\): \S+ ended with status 3$/,
  },
  {
    why: 'ends well without running anything',
    text: fakeBwrap('exit 0'),
    message: /\(launcher\): \S+ ended with status 0$/,
  },
  {
    why: 'runs the command itself',
    text: fakeBwrap('echo ran; exit 0'),
    message: /\(launcher\): \S+ ended with status 0$/,
  },
  { why: 'is killed', text: fakeBwrap('kill -KILL $$'), message: /\(launcher\): \S+ was ended by signal 9$/ },
  { why: 'crashes', text: fakeBwrap('kill -SEGV $$'), message: /\(launcher\): \S+ was ended by signal 11$/ },
  {
    why: 'writes a megabyte',
    text: fakeBwrap('head -c 1000000 /dev/zero | tr "\\0" x >&2; echo " the end" >&2; exit 1'),
    message: /^.{1,70000}x the end$/,
  },
  {
    why: 'writes terminal sequences and bytes that are no text',
    text: fakeBwrap('printf "\\033[2J\\377 red" >&2; exit 1'),
    message: /red$/,
  },
  {
    why: 'is no program',
    text: Buffer.from(`\u007FELF${'\0'.repeat(64)}${BWRAP_HELP}`),
    message: /\(launcher\): .*cannot execute \S+$/,
  },
  {
    why: 'has an interpreter that is missing',
    text: `#!/nowhere/sh\n${BWRAP_HELP}\n`,
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
    const directory = directoryWithBwrap(user, fakeBwrap('echo "bwrap: it is raining" >&2; exit 1'))
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
      const directory = directoryWithBwrap(user, fakeBwrap(`/bin/sleep ${seconds}`))
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
    const directory = directoryWithBwrap(user, fakeBwrap(`exec /bin/sleep ${seconds}`))
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
})
