import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import type { Route } from '../../src/index.js'
import { openWorkshop, USERS } from './host.js'
import { requestFor, start, WITHOUT_LAUNCHER, withParts } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

/** What Node sends with a server and answers when it has got one. Source: lib/internal/child_process.js of Node 20. */
const OFFER = Buffer.from('{"cmd":"NODE_HANDLE","type":"net.Native","msg":{}}\n')
const ANSWER = Buffer.from('{"cmd":"NODE_HANDLE_ACK"}\n')

/** Streams, control socket, and behind it the channel of Node. */
const CHANNEL = 4

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

describe.each(USERS)('a listener without a launcher, as $name', (user) => {
  test.each([
    { answer: ANSWER, end: { exitCode: 0, reports: [{ kind: 'started' }, { kind: 'ended' }] } },
    // ECONNREFUSED: the other end does not answer as it should.
    {
      answer: Buffer.from('{"cmd":"NODE_HANDLE_NOT"}\n'),
      end: { exitCode: 125, reports: [{ kind: 'failed', step: 'routes', errno: 111 }] },
    },
  ])('is passed on, and the command started if the answer is $answer', async ({ answer, end }) => {
    const port = await freePort()
    const routes: Route[] = [{ kind: 'descriptor', descriptor: CHANNEL, offer: OFFER, answer }]
    const parts = withParts(WITHOUT_LAUNCHER, { routes, enter: { listeners: [port] } })
    const run = start({
      program: workshop.program,
      user,
      behind: ['ipc'],
      pieces: [requestFor(['cat'], parts)],
    })
    const [, listener] = (await once(run.child, 'message')) as [unknown, Server]
    const server = createServer((socket) => socket.end('taken'))
    server.listen(listener)
    expect(await text(connect(port, '127.0.0.1'))).toBe('taken')
    server.close()
    run.stdin.end()
    expect(await run.done).toMatchObject(end)
  })
})
