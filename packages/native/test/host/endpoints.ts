import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createServer, type AddressInfo, type ListenOptions, type Socket } from 'node:net'
import type { Route } from '../../src/index.js'
import { childrenOf } from './processes.js'
import { withParts, type RequestParts, type Run } from './run.js'

/** Where the command finds what a route leads to. */
export const PORT = 3128

export interface Endpoint {
  readonly route: Route
  readonly port: number
  /** All that were accepted, also those that are closed. */
  readonly sockets: readonly Socket[]
  readonly close: () => Promise<void>
}

/** A server of the host. Sockets stay half open until both sides have ended. */
export async function openEndpoint(
  onConnection: (socket: Socket) => void,
  where: ListenOptions = { host: '127.0.0.1' },
): Promise<Endpoint> {
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  server.listen(where.path === undefined ? { port: 0, ...where } : where)
  await once(server, 'listening')
  const port = where.path === undefined ? (server.address() as AddressInfo).port : 0
  const route: Route =
    where.path === undefined
      ? { kind: 'tcp', address: where.host!, port }
      : { kind: 'unix', path: where.path }
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  }
  return { route, port, sockets, close }
}

/** All that comes before the end. What a stream consumer of Node reads cannot be answered any more. */
export async function wholeOf(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(socket, 'end')
  return Buffer.concat(chunks)
}

/** With a listener for each route, from PORT up. */
export function routed(routes: readonly Route[], parts: RequestParts = {}): RequestParts {
  return withParts(parts, { routes, enter: { listeners: routes.map((_, index) => PORT + index) } })
}

const PRELUDE = `
const { once } = require('node:events')
const net = require('node:net')
const connect = (port = ${PORT}) => {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  socket.text = ''
  socket.failure = new Promise((resolve) => socket.once('error', ({ code }) => resolve(code)))
  socket.over = new Promise((resolve) => socket.once('close', resolve))
  return socket
}
const whole = (socket) => new Promise((resolve, reject) => {
  const chunks = []
  socket.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks))).on('error', reject)
})
const line = () => new Promise((resolve) => process.stdin.once('data', resolve))
`

/** A command that runs `script` in Node: with \`connect\`, \`whole\` and \`line\`, which waits for input. */
export function inside(script: string): string[] {
  return [process.execPath, '-e', `${PRELUDE}; (async () => { ${script} })().then(() => process.exit())`]
}

/** The pid of the relay of a run; undefined: there is none. */
export function relayOf({ child }: Run): number | undefined {
  return childrenOf(child.pid!).find((pid) => nameOf(pid) === 'sandbox-relay')
}

export function nameOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
}

/** What each descriptor of a process is, for example \`3 socket\`. Needs root where the process is not dumpable. */
export function descriptorsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map((name) => `${name} ${readlinkSync(`/proc/${pid}/fd/${name}`).replace(/:\[.*/, '')}`)
    .toSorted((one, other) => parseInt(one, 10) - parseInt(other, 10))
}

/** A number in /proc/PID/status, in KiB where it is a size. */
export function statusNumber(pid: number, key: string): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])
}

/** The processor time that a process has taken, in clock ticks. See proc_pid_stat(5). */
export function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ')
  return Number(fields[11]) + Number(fields[12])
}
