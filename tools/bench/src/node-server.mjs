import { createServer } from 'node:net'
import { pipeline } from 'node:stream/promises'

// As in native/load.h.
const [ANSWER, ECHO, DISCARD, PRODUCE] = Buffer.from('aedp')
const CHUNK = Buffer.alloc(256 * 1024)
const STREAM_SIZE = 512 * 1024 * 1024

/** Does what the server in native/server.c does. It does not listen yet. */
export function nodeServer() {
  return createServer({ allowHalfOpen: true, noDelay: true }, (connection) => {
    connection.on('error', () => connection.destroy())
    connection.once('data', (bytes) => {
      const [request] = bytes
      if (bytes.length > 1) connection.unshift(bytes.subarray(1))
      serve(connection, request)
    })
  })
}

function serve(connection, request) {
  if (request === ECHO) connection.pipe(connection)
  else if (request === PRODUCE) pipeline(chunks, connection).catch(() => connection.destroy())
  else if (request === ANSWER || request === DISCARD) {
    if (request === ANSWER) connection.write('a')
    connection.on('data', () => undefined).once('end', () => connection.end())
  } else connection.destroy()
}

function* chunks() {
  for (let left = STREAM_SIZE; left > 0; left -= CHUNK.length) yield CHUNK
}
