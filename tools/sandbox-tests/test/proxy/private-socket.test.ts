import type { Socket } from 'node:net'
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  userEnvironment,
  withLibrary,
  type TestUser,
} from '../../support/index.ts'
import { nodeCommand, OTHER_RUNTIME, READ_ONLY } from './commands.ts'

interface Place {
  readonly env: NodeJS.ProcessEnv
  /** What lies in the directory for temporary files. */
  readonly left: () => string[]
}

function otherRuntime(user: TestUser): Place {
  const TMPDIR = makeDirectory(user)
  const env = { ...userEnvironment(), TMPDIR, NODE_OPTIONS: OTHER_RUNTIME }
  return { env, left: () => readdirSync(TMPDIR) }
}

/** Of the command: that of its caller would make it, too, look like another runtime. */
const COMMAND_ENV = { PATH: '/usr/bin:/bin' }

describeForUsers('a proxy in the process of a caller that cannot be given a listener', [], (user) => {
  test('is reached by a socket in a directory of its own, and half-closed connections stay so', async () => {
    const place = otherRuntime(user)
    const script = `
      const socket = connect(process.argv[1])
      socket.end('question')
      console.log(await whole(socket))`
    const input = { profile: READ_ONLY, command: nodeCommand(script), env: COMMAND_ENV }
    const seen = await withLibrary(
      user,
      input,
      async ({ lib, fs, net }, { profile, command, env }) => {
        const places: string[] = []
        const answer = (name: string) => (socket: Socket) => {
          const directory = process.env['TMPDIR']!
          for (const entry of fs.readdirSync(directory)) {
            const { mode, uid } = fs.statSync(`${directory}/${entry}`)
            places.push(`${entry.replace(/-[^-]*$/, '')} ${(mode & 0o777).toString(8)} ${uid}`)
          }
          let heard = ''
          socket.on('data', (chunk) => (heard += String(chunk)))
          socket.on('end', () => socket.end(`${name} heard ${heard}`))
        }
        const proxy = {
          http: answer('http'),
          socks: net.createServer({ allowHalfOpen: true }, answer('socks')),
        }
        const sandbox = await lib.Sandbox.create({ profile, proxy })
        const [program, ...args] = command
        const run = async (name: string) => (await sandbox.run(program!, [...args, name], { env })).stdout
        const outputs = await Promise.all([run('HTTP_PROXY'), run('ALL_PROXY'), run('HTTP_PROXY')])
        return { outputs, places: [...new Set(places)] }
      },
      { env: place.env },
    )
    expect(seen).toEqual({
      outputs: ['http heard question\n', 'socks heard question\n', 'http heard question\n'],
      places: [`linux-sandbox-proxy 700 ${user.uid}`],
    })
    expect(place.left()).toEqual([])
  })

  test('leaves nothing behind when a command ends, cannot start, or was never started', async () => {
    const place = otherRuntime(user)
    const input = { profile: READ_ONLY, env: COMMAND_ENV }
    const codes = await withLibrary(
      user,
      input,
      async ({ lib, attempt, fs }, { profile, env }) => {
        const sandbox = await lib.Sandbox.create({ profile, proxy: { http: () => undefined } })
        const tries = [
          () => sandbox.run('true', [], { env }),
          () => sandbox.run('no-such-command', [], { env }),
          // Refused by the encoding of the request, when `supervise` runs already.
          () => sandbox.run('true', ['\ud800'], { env }),
          // Refused by Node itself.
          () => sandbox.spawn('true', [], { env, timeout: -1 }),
        ]
        const seen: unknown[] = []
        const directory = process.env['TMPDIR']!
        for (const act of tries) {
          const { error } = await attempt(async () => void (await act()))
          // The result of a run comes a little before the end of what was started for it.
          while (fs.readdirSync(directory).length > 0) await new Promise((resolve) => setTimeout(resolve, 10))
          seen.push([error?.code ?? 'ran', fs.readdirSync(directory)])
        }
        return seen
      },
      { env: place.env },
    )
    expect(codes).toEqual([
      ['ran', []],
      ['COMMAND_NOT_FOUND', []],
      ['POLICY_INVALID', []],
      ['ERR_OUT_OF_RANGE', []],
    ])
    expect(place.left()).toEqual([])
  })

  test.each(['process.exit() behind a run', 'process.exit() while a command runs'])(
    'leaves nothing behind when its process ends: %s',
    async (title) => {
      const place = otherRuntime(user)
      const input = { profile: READ_ONLY, env: COMMAND_ENV, isRunning: title.includes('while') }
      const seen = await withLibrary(
        user,
        input,
        async ({ lib, fs }, { profile, env, isRunning }) => {
          const sandbox = await lib.Sandbox.create({ profile, proxy: { http: () => undefined } })
          if (isRunning)
            await new Promise((resolve) => sandbox.spawn('sleep', ['1000'], { env }).once('spawn', resolve))
          else await sandbox.run('true', [], { env })
          fs.writeSync(3, JSON.stringify(fs.readdirSync(process.env['TMPDIR']!).length))
          process.exit()
          return 0
        },
        { env: place.env },
      )
      // A run may or may not have been cleared away.
      if (input.isRunning) expect(seen).toBe(1)
      expect(place.left()).toEqual([])
    },
  )
})
