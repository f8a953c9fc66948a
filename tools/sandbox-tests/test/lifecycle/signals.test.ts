import { writeFileSync } from 'node:fs'
import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  LAUNCHERS,
  launcherWords,
  makeDirectory,
  startProgram,
  uniqueSeconds,
  processesWith,
  until,
  userEnvironment,
  withLibrary,
} from '../../support/index.ts'

const FORWARDED = ['HUP', 'INT', 'TERM', 'USR1', 'USR2'] as const

/** Says when it listens; on the signal says so and ends with 7. */
function trapScript(name: string): string {
  return `trap 'echo got ${name}; exit 7' ${name}; echo ready; while :; do sleep 0.05; done`
}

/** Stops Node just after it has sent its request: a moment that a busy machine makes long as well. */
const SLOW_AFTER_REQUEST = `
import net from 'node:net'
const { write } = net.Socket.prototype
net.Socket.prototype.write = function (bytes, ...rest) {
  const result = write.call(this, bytes, ...rest)
  const isRequest = typeof bytes !== 'string' && Buffer.from(bytes.subarray(0, 4)).toString() === 'LSBX'
  if (isRequest) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800)
  return result
}
`

describeForUsers('a signal', [], (user) => {
  test.each(LAUNCHERS)(
    'that answers the first word of the command is not lost by $name',
    async (launcher) => {
      const workspace = makeDirectory(user)
      writeFileSync(`${workspace}/slow.mjs`, SLOW_AFTER_REQUEST)
      const env = { ...userEnvironment(), NODE_OPTIONS: `--import=${workspace}/slow.mjs` }
      const words = launcherWords(launcher, workspace, ['sh', '-c', trapScript('TERM')])
      const program = startProgram(user, ...words, { env })
      await program.wrote('ready')
      program.child.kill('SIGTERM')
      expect(await program.ended).toMatchObject({ exitCode: 7, signal: null, stdout: 'ready\ngot TERM\n' })
    },
  )

  test.each(
    LAUNCHERS.flatMap((launcher) => FORWARDED.map((signal) => ({ launcher, name: launcher.name, signal }))),
  )('$signal sent to $name reaches the command, whose status counts', async ({ launcher, signal }) => {
    const workspace = makeDirectory(user)
    const words = launcherWords(launcher, workspace, ['sh', '-c', trapScript(signal)])
    const program = startProgram(user, ...words)
    await program.wrote('ready')
    program.child.kill(`SIG${signal}`)
    const end = await program.ended
    expect(end).toMatchObject({ exitCode: 7, signal: null, stdout: `ready\ngot ${signal}\n` })
  })

  test('kill of a child of the library reaches the command, whose status counts', async () => {
    const scripts = FORWARDED.map(trapScript)
    const ends = await withLibrary(
      user,
      { profile: readOnly(), scripts, signals: FORWARDED },
      async ({ lib, endOf }, { profile, scripts: all, signals }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        return await Promise.all(
          all.map(async (script, index) => {
            const child = sandbox.spawn('sh', ['-c', script])
            const end = endOf(child)
            await new Promise((resolve) => child.stdout?.once('data', resolve))
            const wasSent = child.kill(`SIG${signals[index]}` as NodeJS.Signals)
            return { wasSent, ...(await end) }
          }),
        )
      },
    )
    expect(ends).toMatchObject(
      FORWARDED.map((name) => ({ wasSent: true, exitCode: 7, signal: null, stdout: `ready\ngot ${name}\n` })),
    )
  })

  test.each(
    LAUNCHERS.flatMap((launcher) =>
      (['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1'] as const).map((signal) => ({
        launcher,
        name: launcher.name,
        signal,
      })),
    ),
  )(
    '$signal to $name that ends a command without a trap ends the program likewise',
    async ({ launcher, signal }) => {
      const workspace = makeDirectory(user)
      const seconds = uniqueSeconds()
      const script = `import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); print('ready', flush=True); import time; time.sleep(${seconds})`
      const program = startProgram(
        user,
        ...launcherWords(launcher, workspace, ['/usr/bin/python3', '-c', script]),
      )
      await program.wrote('ready')
      program.child.kill(signal)
      expect(await program.ended).toMatchObject({ exitCode: null, signal, stderr: '' })
      expect(processesWith(seconds)).toEqual([])
    },
  )

  test('to the library that ends the command is the signal of the child', async () => {
    const ends = await withLibrary(user, { profile: readOnly() }, async ({ lib, endOf }, { profile }) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const signals = ['SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGKILL'] as const
      return await Promise.all(
        signals.map(async (signal) => {
          const child = sandbox.spawn('sh', ['-c', 'echo ready; exec sleep 1000'])
          const end = endOf(child)
          await new Promise((resolve) => child.stdout?.once('data', resolve))
          child.kill(signal)
          return {
            asked: signal,
            signal: (await end).signal,
            killed: child.killed,
            signalCode: child.signalCode,
          }
        }),
      )
    })
    for (const { asked, signal, killed, signalCode } of ends) {
      expect({ signal, killed, signalCode }).toEqual({ signal: asked, killed: true, signalCode: asked })
    }
    expect(ends).toHaveLength(4)
  })

  test.each(LAUNCHERS)('SIGINT to $name ends the whole process group of the command', async (launcher) => {
    const workspace = makeDirectory(user)
    const seconds = uniqueSeconds()
    // The shell waits for its child, which nobody signals but by the group.
    const script = `echo ready; sleep ${seconds}; echo not reached`
    const program = startProgram(user, ...launcherWords(launcher, workspace, ['sh', '-c', script]))
    await program.wrote('ready')
    await until(() =>
      processesWith(`sleep ${seconds}`).some(({ commandLine }) => commandLine.startsWith('sleep')),
    )
    program.child.kill('SIGINT')
    expect(await program.ended).toMatchObject({ exitCode: null, signal: 'SIGINT', stdout: 'ready\n' })
    expect(processesWith(seconds)).toEqual([])
  })

  test.each(LAUNCHERS)('SIGTERM to $name reaches the command alone, not its children', async (launcher) => {
    const workspace = makeDirectory(user)
    const child = `trap "echo child got it; exit" TERM; echo ready; while :; do sleep 0.05; done`
    const script = `trap 'echo parent got it; exit 3' TERM; sh -c '${child}' & wait`
    const program = startProgram(user, ...launcherWords(launcher, workspace, ['sh', '-c', script]))
    await program.wrote('ready')
    program.child.kill('SIGTERM')
    expect(await program.ended).toMatchObject({ exitCode: 3, stdout: 'ready\nparent got it\n' })
  })

  test.each(LAUNCHERS)('many signals to $name at once do no harm', async (launcher) => {
    const workspace = makeDirectory(user)
    const script = `trap 'echo usr1' USR1; trap 'echo end; exit 4' TERM; echo ready; while :; do sleep 0.02; done`
    const program = startProgram(user, ...launcherWords(launcher, workspace, ['sh', '-c', script]))
    await program.wrote('ready')
    for (let i = 0; i < 500; i++) program.child.kill('SIGUSR1')
    await program.wrote('usr1')
    program.child.kill('SIGTERM')
    const end = await program.ended
    expect(end).toMatchObject({ exitCode: 4, signal: null, stderr: '' })
    expect(end.stdout).toMatch(/^ready\n(usr1\n)+end\n$/)
  })

  test.each(LAUNCHERS)(
    'that comes while $name sets up ends it without running the command',
    async (launcher) => {
      const workspace = makeDirectory(user)
      const seconds = uniqueSeconds()
      for (const waitMs of [0, 40, 80, 120]) {
        const program = startProgram(user, ...launcherWords(launcher, workspace, ['sleep', seconds]))
        await new Promise((resolve) => setTimeout(resolve, waitMs))
        program.child.kill('SIGTERM')
        expect(await program.ended).toMatchObject({ signal: 'SIGTERM', stdout: '', stderr: '' })
      }
      expect(processesWith(`sleep ${seconds}`)).toEqual([])
    },
  )
})
