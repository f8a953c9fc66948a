import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SandboxOptions } from 'linux-sandbox'
import {
  describeOnHost,
  follow,
  hasFeature,
  makeDirectory,
  processesWith,
  runProgram,
  runSandboxed,
  startWithLibrary,
  survivorsOf,
  uniqueSeconds,
  until,
  type TestUser,
} from '../../support/index.ts'
import { ABI, LANDLOCK, workspaceOnly } from './workspace.ts'

const KINDS: readonly {
  name: string
  sandbox: Omit<SandboxOptions, 'profile'>
  needs: readonly ('landlock' | 'bwrap' | 'userNamespaces')[]
}[] = [
  { name: 'Landlock', sandbox: LANDLOCK, needs: ['landlock'] },
  {
    name: 'an inherited PID namespace',
    sandbox: { pidNamespace: 'inherited' },
    needs: ['bwrap', 'userNamespaces'],
  },
]

/** Processes that do what daemons do to stay; then `last`. */
function stubbornScript(seconds: string, last: string): string {
  return [
    `sleep ${seconds} &`,
    `setsid sleep ${seconds} &`,
    `(setsid sh -c 'sleep ${seconds} & exit 0' &)`,
    `(trap '' HUP INT TERM QUIT USR1 USR2; exec setsid sleep ${seconds}) &`,
    // Matched by the whole line: this script has the number in its own.
    `while [ "$(grep -lzx ${seconds} /proc/[0-9]*/cmdline 2>/dev/null | wc -l)" -lt 4 ]; do :; done`,
    last,
  ].join('\n')
}

function sleepers(seconds: string): ReturnType<typeof processesWith> {
  return processesWith(seconds).filter(({ commandLine }) => commandLine.startsWith('sleep'))
}

for (const { name, sandbox, needs } of KINDS) {
  describeOnHost(`the end of a command under ${name}`, needs, (user) => {
    const optionsFor = (who: TestUser): SandboxOptions => ({
      ...sandbox,
      profile: workspaceOnly(makeDirectory(who)),
    })

    test('is the end of everything that it started', async () => {
      const seconds = uniqueSeconds()
      const script = stubbornScript(seconds, 'echo all there; exit 7')
      const result = await runSandboxed(user, { sandbox: optionsFor(user), command: ['sh', '-c', script] })
      expect(result).toMatchObject({ exitCode: 7, stdout: 'all there\n' })
      expect(survivorsOf(sleepers(seconds))).toEqual([])

      const other = uniqueSeconds()
      await runProgram(user, 'sh', ['-c', `setsid sleep ${other} >/dev/null 2>&1 </dev/null &`])
      await until(() => sleepers(other).length === 1)
      for (const { pid } of sleepers(other)) process.kill(pid, 'SIGKILL')
    })

    test('comes with the death of the caller', async () => {
      const seconds = uniqueSeconds()
      const input = { options: optionsFor(user), script: stubbornScript(seconds, 'echo ready; wait') }
      const caller = follow(
        startWithLibrary(user, input, async ({ lib }, { options, script }) => {
          const created = await lib.Sandbox.create(options)
          await created.run('sh', ['-c', script], { stdio: ['pipe', 'inherit', 'inherit'] })
        }),
      )
      await caller.wrote('ready')
      // One that is about to be executed has another name for a moment.
      await until(() => sleepers(seconds).length === 4)
      const marks = sleepers(seconds)
      caller.child.kill('SIGKILL')
      await until(() => survivorsOf(marks).length === 0)
    })

    // Signals are kept in since ABI 6.
    if (ABI >= 6) {
      test('cannot come by a signal to the process that watches over it', async () => {
        const script = 'kill -0 $PPID 2>/dev/null || echo out of reach; sleep 60 & kill $! && echo own'
        const result = await runSandboxed(user, { sandbox: optionsFor(user), command: ['sh', '-c', script] })
        expect(result).toMatchObject({ exitCode: 0, stdout: 'out of reach\nown\n' })
      })
    } else {
      test('comes when it kills the process that watches over it', async () => {
        const seconds = uniqueSeconds()
        const script = stubbornScript(seconds, 'kill -9 $PPID; sleep 60')
        const result = await runSandboxed(user, { sandbox: optionsFor(user), command: ['sh', '-c', script] })
        expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
        await until(() => survivorsOf(sleepers(seconds)).length === 0)
      })
    }

    test('is told with its status, and with its signal', async () => {
      const run = (script: string) =>
        runSandboxed(user, { sandbox: optionsFor(user), command: ['sh', '-c', script] })
      expect(await run('exit 3')).toMatchObject({ exitCode: 3, signal: null })
      expect(await run('kill -TERM $$')).toMatchObject({ exitCode: null, signal: 'SIGTERM' })
    })
  })
}

/** Forks as fast as it can, in sessions of its own, and says so in a file when nobody has ended it after ten seconds. */
const BOMB = `
import os, signal, sys, time
survived, seconds = sys.argv[1], float(sys.argv[2])
end = time.time() + 10
for number in range(1, 65):
    if number not in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD, 32, 33):
        signal.signal(number, signal.SIG_IGN)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for number in range(4):
    try: child = os.fork()
    except OSError:
        if number == 0: raise
        break # what the first ones forked has reached the limit already
    if child == 0:
        os.setsid()
        while time.time() < end:
            try: os.fork()
            except OSError: pass
        open(survived, 'w').close()
        os._exit(0)
time.sleep(0.3)
print('forking', flush=True)
time.sleep(seconds)
os._exit(9)
`

/** The limit on processes counts all of a user, so this one is nobody else's. */
const BOMBER: TestUser = { name: 'an ordinary user', uid: 61_777, gid: 61_777 }

// Before, it is killed one by one, and ends only if that is faster.
if (ABI >= 6) {
  describe.runIf(hasFeature('root') && hasFeature('python3'))('what forks without end', () => {
    function bombIn(root: string, seconds: number): readonly [string, ...string[]] {
      return ['/usr/bin/python3', '-c', BOMB, join(root, 'survived'), String(seconds)]
    }

    function optionsIn(root: string, sandbox: Omit<SandboxOptions, 'profile'>): SandboxOptions {
      return { ...sandbox, profile: workspaceOnly(root), limits: { processes: 150 } }
    }

    function isForking(root: string): boolean {
      return processesWith(root).some(({ commandLine }) => commandLine.startsWith('/usr/bin/python3'))
    }

    test.each(KINDS)('ends with the command, under $name', async ({ sandbox }) => {
      const root = makeDirectory(BOMBER)
      const run = { sandbox: optionsIn(root, sandbox), command: bombIn(root, 0) }
      expect(await runSandboxed(BOMBER, run)).toMatchObject({ exitCode: 9, signal: null })
      expect(existsSync(join(root, 'survived'))).toBe(false)
      expect(isForking(root)).toBe(false)
    })

    test.each(
      KINDS.flatMap((kind) => [
        { ...kind, who: 'the caller' },
        { ...kind, who: 'supervise' },
      ]),
    )('ends when $who is killed, under $name', async ({ sandbox, who }) => {
      const root = makeDirectory(BOMBER)
      const input = {
        options: optionsIn(root, sandbox),
        command: bombIn(root, 60),
        isOwnChild: who === 'supervise',
      }
      const caller = follow(
        startWithLibrary(BOMBER, input, async ({ lib }, { options, command, isOwnChild }) => {
          const [program, ...args] = command
          const created = await lib.Sandbox.create(options)
          const child = created.spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
          child.stdout?.pipe(process.stdout)
          if (isOwnChild) child.stdout?.once('data', () => child.kill('SIGKILL'))
          await new Promise((resolve) => child.once('exit', resolve))
        }),
      )
      await caller.wrote('forking')
      if (who === 'the caller') caller.child.kill('SIGKILL')
      await until(() => !isForking(root))
      expect(existsSync(join(root, 'survived'))).toBe(false)
    })
  })
}
