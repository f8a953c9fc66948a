import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Sandbox, workspaceWrite } from 'linux-sandbox'
import { firstWords, startInBackground } from './background-program.mjs'
import { compileLoad } from './compile-load.mjs'
import { nodeServer } from './node-server.mjs'
import { temporaryDirectory } from './temporary-directory.mjs'

/**
 * Ways from a client to a server on loopback; the first is what the others are compared with. `measure` runs the client once and gives the
 * figures that it prints.
 */
export async function relayWays() {
  const load = compileLoad()
  const port = await startServer(load)
  const inNode = nodeServer()
  const nodePort = await listenAnywhere(inNode)
  const byRelay = { from: 'environment' }
  return [
    hostWay('direct', load, port),
    await sandboxWay('relay', load, { proxy: byRelay, env: proxyAt(port) }),
    await socatWay('socat, twice', load, port),
    hostWay('server in Node: direct', load, nodePort),
    await sandboxWay('server in Node: relay', load, { proxy: byRelay, env: proxyAt(nodePort) }),
    await sandboxWay('server in Node: handed over', load, { proxy: { http: inNode } }),
  ]
}

function hostWay(name, load, port) {
  const env = proxyAt(port)
  return {
    name,
    async measure(figure) {
      const { stdout } = await promisify(execFile)(load, [figure], { env })
      return figuresOf(stdout)
    },
  }
}

/** The client is in a sandbox, the server is not. */
async function sandboxWay(name, load, { proxy, env = {} }) {
  const root = temporaryDirectory()
  const profile = workspaceWrite({ root, excludeTmpdir: true, excludeSlashTmp: true })
  const sandbox = await Sandbox.create({ profile, proxy })
  return {
    name,
    async measure(figure) {
      const { exitCode, stdout, stderr } = await sandbox.run(load, [figure], { env, cwd: root })
      if (exitCode !== 0) throw new Error(`${name}: the load ended with ${exitCode}: ${stderr}`)
      return figuresOf(stdout)
    },
  }
}

/** TCP to a Unix socket and back to TCP, as in a chain into a sandbox. */
async function socatWay(name, load, port) {
  if (spawnSync('socat', ['-V']).status !== 0) {
    return { name, absence: 'not measured: no socat here; on Debian: apt-get install socat' }
  }
  const path = join(temporaryDirectory(), 'socket')
  const reservation = createServer()
  const entrance = await listenAnywhere(reservation)
  reservation.close()
  startInBackground('socat', [`UNIX-LISTEN:${path},fork,backlog=128`, `TCP:127.0.0.1:${port}`])
  startInBackground('socat', [
    `TCP-LISTEN:${entrance},bind=127.0.0.1,reuseaddr,fork,backlog=128`,
    `UNIX-CONNECT:${path}`,
  ])
  const way = hostWay(name, load, entrance)
  await untilItWorks(() => way.measure('connect'))
  return way
}

async function startServer(load) {
  return Number(await firstWords(startInBackground(load, ['serve'])))
}

async function listenAnywhere(server) {
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  return server.address().port
}

function proxyAt(port) {
  return { HTTP_PROXY: `http://127.0.0.1:${port}` }
}

function figuresOf(line) {
  return line.trim().split(' ').map(Number)
}

const ATTEMPTS = 50
const PAUSE_MS = 100

/** For programs that do not tell when they listen. */
async function untilItWorks(attempt) {
  for (let left = ATTEMPTS; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (left === 0) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
}
