import { createServer, type RequestListener } from 'node:http'
import { onTestFinished } from 'vitest'
import { client, listen, startServer } from './servers.ts'

/** A server of HTTP behind a proxy. */
export async function startOrigin(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  onTestFinished(() => server.closeAllConnections())
  return listen(server)
}

/** A server that answers with these bytes, whatever it is asked. */
export async function startAnswering(answer: string): Promise<number> {
  return startServer((socket) => {
    socket.once('data', () => socket.end(answer, 'latin1'))
  })
}

export async function ask(proxyPort: number, text: string): Promise<string> {
  const one = client(proxyPort, text)
  await one.ended
  return one.received()
}

export const MIB = 1024 * 1024
