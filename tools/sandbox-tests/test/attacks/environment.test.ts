import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  identityOf,
  runProgram,
  runSandboxed,
  stagedDriver,
  stagedNode,
  stagedPreload,
  TESTED_PROGRAMS,
  userEnvironment,
  type ProgramName,
  type TestUser,
} from '../../support/index.ts'
import { programWords } from './programs.ts'
import { newScene, profileOf, type Scene } from './scene.ts'

const HOST_NAMESPACE = readlinkSync('/proc/self/ns/pid')

/** Adds the PID namespace in which it runs to the file that WHEREABOUTS names. */
const TELL_WHERE = 'readlink /proc/self/ns/pid >> "$WHEREABOUTS"\n'

/** Variables that make some program run code of somebody's choice. */
const POISON: readonly {
  readonly name: string
  readonly value: (scene: Scene) => string
  readonly command: readonly [string, ...string[]]
}[] = [
  { name: 'LD_PRELOAD', value: () => stagedPreload(), command: ['ls', '/'] },
  {
    name: 'BASH_ENV',
    value: ({ room }) => planted(room, 'bash-env', TELL_WHERE),
    command: ['bash', '-c', 'true'],
  },
  {
    name: 'NODE_OPTIONS',
    value: ({ room }) =>
      `--require ${planted(
        room,
        'poison.cjs',
        "const fs = require('node:fs'); fs.appendFileSync(process.env.WHEREABOUTS, fs.readlinkSync('/proc/self/ns/pid') + '\\n')",
      )}`,
    command: [stagedNode(), '-e', ''],
  },
  {
    name: 'PATH',
    value: ({ room }) => {
      for (const name of ['bwrap', 'sh', 'node', 'linux-sandbox-native', 'true'])
        planted(room, name, `#!/bin/sh\n${TELL_WHERE}`)
      return `${room}:/usr/bin:/bin`
    },
    command: ['true'],
  },
]

describeForUsers('the environment of a command', ['cc'], (user) => {
  test.each(POISON)('with $name acts on the command alone', async ({ name, value, command }) => {
    const scene = newScene(user)
    const log = join(scene.room, 'whereabouts')
    // A bash whose stdin is a socket, as a pipe of Node is, takes itself for a remote shell and reads other files, unless it is nested.
    const env = { ...userEnvironment(), SHLVL: '2', WHEREABOUTS: log, [name]: value(scene) }
    await runSandboxed(user, {
      sandbox: { profile: profileOf(scene) },
      command,
      run: { env, cwd: scene.workspace },
    })
    const inside = placesIn(log)
    expect(inside).not.toEqual([])
    expect(inside).not.toContain(HOST_NAMESPACE)

    await runProgram(user, command[0], command.slice(1), { env })
    expect(placesIn(log)).toContain(HOST_NAMESPACE)
  })

  test('of the caller is not seen when another one is given', async () => {
    const scene = newScene(user)
    const secret = secretWord()
    const look = ['sh', '-c', 'cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline; env']
    const run = async (env: NodeJS.ProcessEnv | undefined) => {
      const input = JSON.stringify({
        sandbox: { profile: profileOf(scene) },
        command: look,
        run: env === undefined ? {} : { env },
      })
      const { stdout } = await runProgram(user, stagedNode(), [stagedDriver()], {
        input,
        env: { ...userEnvironment(), CREDENTIAL: secret },
      })
      return stdout
    }
    expect(await run({ PATH: '/usr/bin:/bin' })).not.toContain(secret)
    expect(await run(undefined)).toContain(secret)
  })

  test.each(TESTED_PROGRAMS)(
    'is in no command line, and in no environment but its own, under %s',
    async (program) => {
      const scene = newScene(user)
      const secret = secretWord()
      const child = startProgram(user, { program, scene, env: { ...userEnvironment(), CREDENTIAL: secret } })
      const lines = createInterface({ input: child.stdout })
      await once(lines, 'line')
      const holders = processesWith(secret)
      child.stdin.end()
      await once(child, 'close')

      expect(holders.inCommandLine).toEqual([])
      // The caller, which was given it, and the command, which it is for.
      // Node names its main thread differently from version to version; the kernel cuts a name off after 15 bytes.
      const names = holders.inEnvironment.map(({ name }) =>
        name.replace(/^(.*MainThread|node|codex-linux-san)$/, 'the caller'),
      )
      expect(names.toSorted()).toEqual(['sh', 'the caller'])
    },
  )
})

describeForUsers('a launcher in the workspace', ['cc'], (user) => {
  test.each(TESTED_PROGRAMS)('is not used by %s, though PATH names it first', async (program) => {
    const scene = newScene(user)
    const log = join(scene.room, 'whereabouts')
    for (const name of ['bwrap', 'linux-sandbox-native'])
      planted(scene.room, name, `#!/bin/sh\n${TELL_WHERE}exit 1\n`)
    const env = {
      ...userEnvironment(),
      WHEREABOUTS: log,
      PATH: `${scene.room}:${userEnvironment()['PATH']}`,
    }
    const child = startProgram(user, { program, scene, env })
    child.stdin.end()
    const [status] = (await once(child, 'close')) as [number]
    expect(status).toBe(0)
    expect(existsSync(log)).toBe(false)

    await runProgram(user, 'sh', ['-c', 'bwrap'], { env })
    expect(placesIn(log)).toEqual([HOST_NAMESPACE])
  })
})

/** A file in `directory` that everybody can execute. */
function planted(directory: string, name: string, content: string): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  chmodSync(path, 0o755)
  return path
}

function placesIn(log: string): string[] {
  return existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
}

/** Found in no other process: not in this one's environment or command line either. */
function secretWord(): string {
  return ['credential', process.pid, Math.random().toString(36).slice(2)].join('-')
}

/** Starts a command that prints a line and waits for the end of its stdin. */
function startProgram(
  user: TestUser,
  options: {
    readonly program: ProgramName
    readonly scene: Scene
    readonly env: NodeJS.ProcessEnv
  },
) {
  const { program, scene, env } = options
  const [first, ...words] = [
    ...programWords(program, scene),
    '/bin/sh',
    '-c',
    'echo started; read -r line; true',
  ]
  return spawn(first, words, {
    cwd: '/',
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
    ...identityOf(user),
  })
}

interface Holder {
  readonly pid: string
  readonly name: string
}

/** The processes of this host that show `secret`. */
function processesWith(secret: string): {
  readonly inCommandLine: Holder[]
  readonly inEnvironment: Holder[]
} {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
  const holders = (file: string): Holder[] =>
    pids
      .filter((pid) => readOf(pid, file).includes(secret))
      .map((pid) => ({ pid, name: readOf(pid, 'comm').trim() }))
  return { inCommandLine: holders('cmdline'), inEnvironment: holders('environ') }
}

function readOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    // Gone meanwhile, or not ours to read.
    return ''
  }
}
