import { connect, createServer } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAuthority, parseHost } from '../src/host.ts'
import { parsePattern } from '../src/pattern.ts'
import { parseCredentials, parseGreeting, parseRequest, SocksError } from '../src/socks5-frames.ts'
import { clientBytes, hostText, serverBytes } from './arbitraries.ts'
import { get } from './messages.ts'
import { client, listen, startProxy, startServer } from './servers.ts'

/** For how long each of the tests below goes on, instead of for a number of cases. `npm run fuzz` of this package sets it. */
const seconds = Number(process.env['EGRESS_FUZZ_SECONDS'] ?? 0)
const FOR_EVER = 2 ** 31 - 1
const PATIENCE_MS = 60_000
const TEST = { timeout: seconds * 1000 + PATIENCE_MS }

function effort(numRuns: number): { numRuns: number; interruptAfterTimeLimit?: number } {
  return seconds === 0 ? { numRuns } : { numRuns: FOR_EVER, interruptAfterTimeLimit: seconds * 1000 }
}

test('no text makes the parsers of hosts and rules throw', TEST, () => {
  fc.assert(
    fc.property(hostText, (text) => {
      parseHost(text)
      parseAuthority(text)
      parseAuthority(`${text}:80`)
      for (const pattern of [text, `*.${text}`, `**.${text}`, `${text}/8`, `${text}:80`])
        parsePattern(pattern)
    }),
    effort(2000),
  )
})

test('no bytes make the parsers of SOCKS5 throw anything but what they say', TEST, () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 600 }),
      fc.constantFrom<readonly number[]>([], [5], [1], [5, 1, 0], [5, 1, 0, 3]),
      (bytes, head) => {
        for (const parse of [parseGreeting, parseCredentials, parseRequest]) {
          try {
            expect(parse(Buffer.from([...head, ...bytes]))?.used ?? 0).toBeLessThanOrEqual(
              head.length + bytes.length,
            )
          } catch (error) {
            expect(error).toBeInstanceOf(SocksError)
          }
        }
      },
    ),
    effort(2000),
  )
})

/** Sends, ends, and waits until the connection is closed. */
function send(port: number, chunks: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve())
    socket.resume()
    const step = ([chunk, ...rest]: readonly string[]): void => {
      if (chunk === undefined) socket.end()
      else socket.write(Buffer.from(chunk, 'latin1'), () => setImmediate(step, rest))
    }
    step(chunks)
  })
}

const QUICK = { handshakeMs: 300, idleMs: 300, connectMs: 300 }

test('no client makes the proxy fail, or connect to what is not allowed', TEST, async () => {
  let strangers = 0
  const forbidden = await listen(createServer((socket) => socket.destroy(void (strangers += 1))))
  const origin = await startServer((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
  })
  const rules = { allow: [`allowed.test:${origin}`, `127.0.0.1:${origin}`] }
  const resolve = (): Promise<string[]> => Promise.resolve(['127.0.0.1'])
  const { port, decisions } = await startProxy({ rules, resolve, limits: QUICK })
  const batch = fc.array(fc.constantFrom(origin, forbidden).chain(clientBytes), {
    minLength: 8,
    maxLength: 8,
  })
  await fc.assert(
    fc.asyncProperty(batch, async (clients) => {
      await Promise.all(clients.map((chunks) => send(port, chunks)))
      const wrong = decisions.splice(0).filter(({ status, host, port: to, reason }) => {
        if (reason === 'internal-error') return true
        return status === 'allowed' && !(to === origin && ['allowed.test', '127.0.0.1'].includes(host ?? ''))
      })
      expect({ wrong, strangers }).toEqual({ wrong: [], strangers: 0 })
    }),
    effort(40),
  )
  const last = client(port, get(`http://allowed.test:${origin}/`))
  await last.has('\r\n\r\nok')
})

test('no server makes the proxy fail, or its client wait', TEST, async () => {
  let answers: readonly string[] = []
  const origin = await startServer((socket) => {
    socket.once('data', () => {
      for (const answer of answers) socket.write(Buffer.from(answer, 'latin1'))
      socket.end()
    })
  })
  const { port, decisions } = await startProxy({ limits: QUICK })
  await fc.assert(
    fc.asyncProperty(serverBytes, async (chunks) => {
      answers = chunks
      await Promise.all([
        send(port, [get(`http://localhost:${origin}/`)]),
        send(port, [`GET http://localhost:${origin}/ HTTP/1.0\r\n\r\n`]),
        send(port, [`HEAD http://localhost:${origin}/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n`]),
      ])
      expect(decisions.splice(0).filter(({ reason }) => reason === 'internal-error')).toEqual([])
    }),
    effort(60),
  )
  answers = ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok']
  const last = client(port, get(`http://localhost:${origin}/`))
  await last.has('\r\n\r\nok')
})
