import { expect, test } from 'vitest'
import type { SandboxOptions } from 'linux-sandbox'
import {
  describeOnHost,
  follow,
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
import { workspaceWrite } from 'linux-sandbox'
import { LANDLOCK } from './workspace.ts'

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
      profile: workspaceWrite({ root: makeDirectory(who) }),
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

    test('comes when it kills the process that watches over it, and the result says so', async () => {
      const seconds = uniqueSeconds()
      const script = stubbornScript(seconds, 'kill -9 $PPID; sleep 60')
      const result = await runSandboxed(user, { sandbox: optionsFor(user), command: ['sh', '-c', script] })
      expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
      await until(() => survivorsOf(sleepers(seconds)).length === 0)
    })

    test('is told with its status, and with its signal', async () => {
      const run = (script: string) =>
        runSandboxed(user, { sandbox: optionsFor(user), command: ['sh', '-c', script] })
      expect(await run('exit 3')).toMatchObject({ exitCode: 3, signal: null })
      expect(await run('kill -TERM $$')).toMatchObject({ exitCode: null, signal: 'SIGTERM' })
    })
  })
}
