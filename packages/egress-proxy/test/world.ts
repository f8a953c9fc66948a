import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import {
  createEgressProxy,
  type Decision,
  type EgressLimits,
  type EgressProxy,
  type EgressRules,
} from '../src/index.ts'

export interface WorldOptions {
  readonly rules: EgressRules
  /** Addresses by name. Every other name has none. */
  readonly names?: Readonly<Record<string, readonly string[]>>
  readonly limits?: Partial<EgressLimits>
}

/** A server that must or must not be reached, and a proxy in front of it. */
export interface World {
  readonly proxy: EgressProxy
  readonly proxyPort: number
  readonly decisions: readonly Decision[]
  /** Names that were resolved, in order. */
  readonly resolved: readonly string[]
  /** Sends `chunks` one after the other, and gives what came back when it has `until` (`''`: never), or the connection is closed. */
  talk(chunks: readonly string[], until: string): Promise<string>
  /** What the server was asked, once everything that was under way has arrived: `GET /path host`. */
  seen(): Promise<readonly string[]>
}

/** A server on a port of its own, on every local address. It answers `ORIGIN`, the path, and how long the body was. */
export async function startOrigin(): Promise<{ port: number; seen: () => Promise<readonly string[]> }> {
  const requests: string[] = []
  const server = createServer({ maxHeaderSize: HEADER_BYTES }, (request, response) => {
    let bytes = 0
    requests.push(`${request.method} ${request.url} ${request.headers.host}`)
    request.on('data', (data: Buffer) => (bytes += data.length))
    request.on('end', () => response.end(`ORIGIN ${request.url} ${bytes}`))
  })
  server.maxHeadersCount = 0
  await new Promise<void>((done) => server.listen(0, done))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const seen = async (): Promise<readonly string[]> => {
    await fetch(`http://127.0.0.1:${port}/last`).then((answer) => answer.text())
    return requests.filter((request) => !request.startsWith('GET /last '))
  }
  return { port, seen }
}

export async function startProxy(
  origin: { readonly seen: World['seen'] },
  { rules, names = {}, limits = {} }: WorldOptions,
): Promise<World> {
  const decisions: Decision[] = []
  const resolved: string[] = []
  const proxy = createEgressProxy({
    rules,
    limits,
    onDecision: (decision) => decisions.push(decision),
    resolve: (name) => {
      resolved.push(name)
      const addresses = names[name]
      return addresses === undefined ? Promise.reject(new Error('not found')) : Promise.resolve(addresses)
    },
  })
  const { port } = await proxy.listen()
  onTestFinished(() => proxy.close())
  return {
    proxy,
    proxyPort: port,
    decisions,
    resolved,
    talk: (chunks, until) => talk(port, chunks, until),
    seen: () => origin.seen(),
  }
}

/** Texts are bytes: one character each. */
export function talk(port: number, chunks: readonly string[], until: string): Promise<string> {
  return new Promise((resolve) => {
    let received = ''
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(received))
    socket.on('data', (data) => {
      received += data.toString('latin1')
      if (until !== '' && received.includes(until)) socket.destroy()
    })
    const send = ([chunk, ...rest]: readonly string[]): void => {
      if (chunk === undefined || socket.destroyed) return
      socket.write(Buffer.from(chunk, 'latin1'))
      setTimeout(() => send(rest), BETWEEN_CHUNKS_MS)
    }
    send(chunks)
  })
}

/** So that they arrive as chunks. */
const BETWEEN_CHUNKS_MS = 5

/** More than any proxy here takes. */
const HEADER_BYTES = 1_000_000
