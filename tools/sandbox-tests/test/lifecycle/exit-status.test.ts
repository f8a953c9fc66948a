import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  LAUNCHERS,
  launcherWords,
  makeDirectory,
  runProgram,
  withLibrary,
} from '../../support/index.ts'

const PROFILE = readOnly()

/** Signals that end a process, with their numbers on x86_64 and aarch64. */
const DEADLY = [
  { signal: 'SIGINT', number: 2 },
  { signal: 'SIGABRT', number: 6 },
  { signal: 'SIGKILL', number: 9 },
  { signal: 'SIGUSR1', number: 10 },
  { signal: 'SIGSEGV', number: 11 },
  { signal: 'SIGPIPE', number: 13 },
  { signal: 'SIGTERM', number: 15 },
] as const

/** A shell that forgets what it has inherited and kills itself: `sh` cannot reset an ignored signal, python can. */
function diesBy(number: number): [string, string[]] {
  const program = `import os, signal; ${number} == 9 or signal.signal(${number}, signal.SIG_DFL); os.kill(os.getpid(), ${number})`
  return ['/usr/bin/python3', ['-c', program]]
}

describeForUsers('the end of a command', ['python3'], (user) => {
  test('every status from 0 to 255 is the result of the library', { timeout: 120_000 }, async () => {
    const statuses = await withLibrary(user, { profile: PROFILE }, async ({ lib }, { profile }) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const seen: (number | null)[] = []
      const waiting = Array.from({ length: 256 }, (_, status) => status)
      const work = async (): Promise<void> => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          const { exitCode } = await sandbox.run('sh', ['-c', `exit ${next}`])
          seen[next] = exitCode
        }
      }
      await Promise.all(Array.from({ length: 8 }, work))
      return seen
    })
    expect(statuses).toEqual(Array.from({ length: 256 }, (_, status) => status))
  })

  test.each(LAUNCHERS)('$name ends with the status of the command', async (launcher) => {
    const workspace = makeDirectory(user)
    for (const status of [0, 1, 2, 70, 125, 126, 127, 128, 137, 255]) {
      const end = await runProgram(
        user,
        ...launcherWords(launcher, workspace, ['sh', '-c', `exit ${status}`]),
      )
      expect(end).toEqual({ exitCode: status, signal: null, stdout: '', stderr: '' })
    }
  })

  test('a signal that ends the command is the signal of the result', async () => {
    const commands = DEADLY.map(({ number }) => diesBy(number))
    const ends = await withLibrary(
      user,
      { profile: PROFILE, commands },
      async ({ lib }, { profile, commands: all }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        return await Promise.all(
          all.map(async ([program, args]) => {
            const { exitCode, signal } = await sandbox.run(program, args)
            return { exitCode, signal }
          }),
        )
      },
    )
    expect(ends).toEqual(DEADLY.map(({ signal }) => ({ exitCode: null, signal })))
    for (const [index, [program, args]] of commands.entries()) {
      const twin = await runProgram(user, program, args)
      expect(twin).toMatchObject({ exitCode: null, signal: DEADLY[index]?.signal })
    }
  })

  test.each(LAUNCHERS)('$name ends with 128 + N when signal N ended the command', async (launcher) => {
    const workspace = makeDirectory(user)
    const ends = await Promise.all(
      DEADLY.map(async ({ number }) => {
        const [program, args] = diesBy(number)
        return await runProgram(user, ...launcherWords(launcher, workspace, [program, ...args]))
      }),
    )
    expect(ends.map(({ exitCode, signal }) => ({ exitCode, signal }))).toEqual(
      DEADLY.map(({ number }) => ({ exitCode: 128 + number, signal: null })),
    )
  })

  test.each([
    { why: 'there is no such program', command: ['no-such-program'], status: 127, code: 'COMMAND_NOT_FOUND' },
    { why: 'there is no such file', command: ['/nowhere/at-all'], status: 127, code: 'COMMAND_NOT_FOUND' },
    { why: 'a directory is no program', command: ['/usr'], status: 126, code: 'COMMAND_NOT_EXECUTABLE' },
    {
      why: 'the file is not executable',
      command: ['/etc/passwd'],
      status: 126,
      code: 'COMMAND_NOT_EXECUTABLE',
    },
  ])('$status when $why, with a reason and a hint', async ({ command, status, code }) => {
    const workspace = makeDirectory(user)
    const ends = await Promise.all(
      LAUNCHERS.map((launcher) => runProgram(user, ...launcherWords(launcher, workspace, command))),
    )
    for (const end of ends) {
      expect(end).toMatchObject({ exitCode: status, signal: null, stdout: '' })
      expect(end.stderr).toMatch(/^linux-sandbox: ".*" .*\nhint: .+\n$/)
      expect(end.stderr).toContain(JSON.stringify(command[0]))
    }
    const { error } = await withLibrary(
      user,
      { profile: PROFILE, program: command[0] ?? '' },
      async ({ lib, attempt }, { profile, program }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        return await attempt(() => sandbox.run(program))
      },
    )
    expect(error).toMatchObject({
      isSandboxError: true,
      name: 'CommandNotStartedError',
      code,
      exitStatus: status,
      command: command[0],
    })
  })
})
