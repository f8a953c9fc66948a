import { workspaceWrite } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  descendantsOf,
  describeForUsers,
  follow,
  LAUNCHERS,
  launcherWords,
  makeDirectory,
  processesWith,
  runProgram,
  startProgram,
  startWithLibrary,
  survivorsOf,
  TEST_BACKEND,
  uniqueSeconds,
  until,
  withLibrary,
  type ProcessMark,
  type StartedProgram,
  type TestUser,
} from '../../support/index.ts'

/** Time within which nothing of a sandbox may be left. Lived through in about a hundredth of it. */
const END_WITHIN_MS = 5000

/**
 * Four sleepers that do what daemons do to stay: a plain background process, one in a session of its own, a double fork, and
 * one that ignores every signal it can. Then the command itself waits.
 */
function stubbornScript(seconds: string): string {
  return [
    `sleep ${seconds} &`,
    `setsid sleep ${seconds} &`,
    `(setsid sh -c 'sleep ${seconds} & exit 0' &)`,
    `(trap '' HUP INT TERM QUIT USR1 USR2; exec setsid sleep ${seconds}) &`,
    `while [ $(grep -lzx sleep /proc/[0-9]*/cmdline 2>/dev/null | wc -l) -lt 4 ]; do :; done`,
    'echo ready',
  ].join('\n')
}

function sleepersWith(seconds: string): ProcessMark[] {
  return processesWith(seconds).filter(({ commandLine }) => commandLine.startsWith('sleep'))
}

/** A library process that runs `script` and waits. */
function startLibraryRun(user: TestUser, workspace: string, script: string): StartedProgram {
  const profile = workspaceWrite({ root: workspace })
  const child = startWithLibrary(user, { profile, script }, async ({ lib }, input) => {
    const sandbox = await lib.Sandbox.create({ profile: input.profile })
    await sandbox.run('sh', ['-c', input.script], { stdio: ['pipe', 'inherit', 'inherit'] })
  })
  return follow(child)
}

const CALLERS = [
  ...LAUNCHERS.map((launcher) => ({
    name: `the program ${launcher.name}`,
    start: (user: TestUser, workspace: string, script: string) =>
      startProgram(user, ...launcherWords(launcher, workspace, ['sh', '-c', script])),
  })),
  { name: 'a process that uses the library', start: startLibraryRun },
]

const VICTIMS = [
  { victim: 'it', pidOf: (caller: number) => caller },
  { victim: 'its supervise', pidOf: (caller: number) => pidBelow(caller, /linux-sandbox-native supervise/) },
  ...(TEST_BACKEND === 'bwrap'
    ? [
        { victim: 'its bwrap', pidOf: (caller: number) => pidBelow(caller, /bwrap --args/) },
        { victim: 'its enter', pidOf: (caller: number) => pidBelow(caller, / enter \d+$/) },
      ]
    : [
        {
          victim: 'its enter',
          pidOf: (caller: number) => pidBelow(caller, /^linux-sandbox-native enter$/),
        },
      ]),
]

function pidBelow(caller: number, commandLine: RegExp): number {
  const found = descendantsOf(caller).find((mark) => commandLine.test(mark.commandLine))
  if (found === undefined) throw new Error(`nothing like ${commandLine} below ${caller}`)
  return found.pid
}

describeForUsers('a stubborn command', [], (user) => {
  test.each(CALLERS.flatMap((caller) => VICTIMS.map((victim) => ({ ...caller, ...victim }))))(
    'is gone with all its daemons when $victim is killed, for $name',
    async ({ start, pidOf }) => {
      const seconds = uniqueSeconds()
      const program = start(user, makeDirectory(user), `${stubbornScript(seconds)}\nsleep ${seconds}`)
      await program.wrote('ready')
      await until(() => sleepersWith(seconds).length === 5)
      const marks = descendantsOf(program.pid)
      expect(marks.length).toBeGreaterThanOrEqual(8)

      process.kill(pidOf(program.pid), 'SIGKILL')
      await until(() => survivorsOf(marks).length === 0 && processesWith(seconds).length === 0, END_WITHIN_MS)
    },
  )

  test.each(LAUNCHERS)('takes its daemons with it when it ends by itself, under $name', async (launcher) => {
    const seconds = uniqueSeconds()
    const script = `${stubbornScript(seconds)}\nexit 3`
    const words = launcherWords(launcher, makeDirectory(user), ['sh', '-c', script])
    // A pipe that a daemon holds keeps `ended` waiting, so that this also tells that it was closed.
    const end = await startProgram(user, ...words).ended
    expect(end).toMatchObject({ exitCode: 3, stdout: 'ready\n' })
    expect(processesWith(seconds)).toEqual([])
  })

  test('leaves its daemons behind without a sandbox', async () => {
    const seconds = uniqueSeconds()
    const daemon = `setsid sleep ${seconds} </dev/null >/dev/null 2>&1 &`
    await runProgram(user, 'sh', ['-c', `${daemon} exit 0`])
    // It may still be on its way to become `sleep`.
    await until(() => sleepersWith(seconds).length === 1)
    for (const { pid } of sleepersWith(seconds)) process.kill(pid, 'SIGKILL')
  })

  test('is gone when a run of the library has ended', async () => {
    const seconds = uniqueSeconds()
    const workspace = makeDirectory(user)
    const result = await withLibrary(
      user,
      { profile: workspaceWrite({ root: workspace }), script: `${stubbornScript(seconds)}\nexit 3` },
      async ({ lib, fs }, { profile, script }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const { exitCode, stdout } = await sandbox.run('sh', ['-c', script])
        const left = fs
          .readdirSync('/proc')
          .filter((pid) => /^\d+$/.test(pid) && fs.existsSync(`/proc/${pid}/cmdline`))
        return { exitCode, stdout, sawProcesses: left.length > 0 }
      },
    )
    expect(result).toEqual({ exitCode: 3, stdout: 'ready\n', sawProcesses: true })
    expect(processesWith(seconds)).toEqual([])
  })
})

describeForUsers('a caller that ends by itself', [], (user) => {
  test.each([
    { title: 'an unreferenced child', unref: true, detached: false },
    { title: 'a detached and unreferenced child', unref: true, detached: true },
    { title: 'a child and calls process.exit', unref: false, detached: false },
  ])('with $title takes the command with it', async ({ unref, detached }) => {
    const seconds = uniqueSeconds()
    const profile = workspaceWrite({ root: makeDirectory(user) })
    const script = `${stubbornScript(seconds)}\nsleep ${seconds}`
    const answer = await withLibrary(
      user,
      { profile, script, unref, detached },
      async ({ lib, fs }, input) => {
        const sandbox = await lib.Sandbox.create({ profile: input.profile })
        const child = sandbox.spawn('sh', ['-c', input.script], {
          detached: input.detached,
          stdio: ['ignore', 'pipe', 'ignore'],
        })
        await new Promise((resolve) => child.stdout?.once('data', resolve))
        child.stdout?.destroy()
        if (input.unref) child.unref()
        else process.once('beforeExit', () => undefined)
        fs.writeSync(3, JSON.stringify({ pid: child.pid }))
        if (!input.unref) process.exit(0)
        // The process must now end although the child runs; if it does not, the test runs out of time.
        return await new Promise<{ pid: number }>(() => undefined)
      },
    )
    expect(answer.pid).toBeGreaterThan(1)
    await until(() => processesWith(seconds).length === 0, END_WITHIN_MS)
  })
})
