import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Sandbox, workspaceWrite } from 'linux-sandbox'
import { firstWords, startInBackground } from './background-program.mjs'
import { compile } from './compile.mjs'
import { nodeServer } from './node-server.mjs'
import { onProcessor, ownProcessors, whileOn } from './processors.mjs'
import { LATENCY_MODES, MODES } from './relay-figures.mjs'
import { temporaryDirectory } from './temporary-directory.mjs'

/**
 * Ways from a client to a server on loopback. `baseline` is the name of the way that it is compared with, `modes` what is measured of it,
 * `hasGoals` whether the goals of a relay are for it, and `measure` runs the client once and gives the figures that it prints.
 */
export async function relayWays() {
  const load = compile('load')
  const port = await startServer([load])
  const inNode = nodeServer()
  const nodePort = await listenAnywhere(inNode)
  const ways = [
    hostWay('direct', [load], port),
    await relayWay('relay', [load], port),
    await socatWay('socat, twice', [load], port),
    hostWay('server in Node: direct', [load], nodePort),
    { ...(await relayWay('server in Node: relay', [load], nodePort)), hasGoals: false },
    await sandboxWay('server in Node: handed over', [load], { proxy: { http: inNode } }),
  ].map((way) => ({ ...way, modes: MODES, baseline: 'direct' }))
  return [...ways, ...(await placedWays(load))]
}

/** Where the scheduler has no choice: its choice makes more of a difference than a relay. */
async function placedWays(load) {
  const [first, second] = ownProcessors()
  const port = await startServer(onProcessor(first, [load]))
  const one = 'one processor'
  const ways = [
    pinnedWay(hostWay(`${one}: direct`, [load], port), first),
    pinnedWay(await relayWay(`${one}: relay`, [load], port), first),
  ].map((way) => ({ ...way, modes: LATENCY_MODES, baseline: `${one}: direct` }))
  if (second === undefined) return ways
  const two = 'client and server on two'
  const client = onProcessor(second, [load])
  return [
    ...ways,
    ...[hostWay(`${two}: direct`, client, port), await relayWay(`${two}: relay`, client, port)].map(
      (way) => ({
        ...way,
        modes: LATENCY_MODES,
        baseline: `${two}: direct`,
      }),
    ),
  ]
}

function pinnedWay(way, processor) {
  return { ...way, measure: (figure) => whileOn(processor, () => way.measure(figure)) }
}

function hostWay(name, [program, ...words], port) {
  const env = { ...proxyAt(port), PATH: process.env.PATH }
  return {
    name,
    async measure(figure) {
      const { stdout } = await promisify(execFile)(program, [...words, figure], { env })
      return figuresOf(stdout)
    },
  }
}

async function relayWay(name, client, port) {
  const way = await sandboxWay(name, client, { proxy: { from: 'environment' }, env: proxyAt(port) })
  return { ...way, hasGoals: true }
}

/** The client is in a sandbox, the server is not. */
async function sandboxWay(name, [program, ...words], { proxy, env = {} }) {
  const root = temporaryDirectory()
  const profile = workspaceWrite({ root, excludeTmpdir: true, excludeSlashTmp: true })
  const sandbox = await Sandbox.create({ profile, proxy })
  return {
    name,
    async measure(figure) {
      const { exitCode, stdout, stderr } = await sandbox.run(program, [...words, figure], { env, cwd: root })
      if (exitCode !== 0) throw new Error(`${name}: the load ended with ${exitCode}: ${stderr}`)
      return figuresOf(stdout)
    },
  }
}

/** TCP to a Unix socket and back to TCP, as in a chain into a sandbox. */
async function socatWay(name, client, port) {
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
  const way = hostWay(name, client, entrance)
  await untilItWorks(() => way.measure('connect'))
  return way
}

async function startServer([program, ...words]) {
  return Number(await firstWords(startInBackground(program, [...words, 'serve'])))
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
