import { encodeSuperviseRequest } from '../../src/index.js'
import { enterRequest, superviseRequest } from '../samples.js'
import { start, type Outcome } from './run.js'

/** What `program` makes of these bytes. */
export function send(program: string, request: Uint8Array): Promise<Outcome> {
  const run = start({ program, pieces: [request], hasEnd: true })
  run.stdin.end()
  return run.done
}

/** The outcome of a request that cannot be read. */
export const REFUSED = {
  exitCode: 125,
  signal: null,
  reports: [{ kind: 'failed', attempt: 'first', step: 'request', errno: 74 }],
  stdout: Buffer.alloc(0),
  stderr: Buffer.alloc(0),
}

/** Would do nothing if it were accepted: the launcher is `true`. */
export const HARMLESS = encodeSuperviseRequest(
  superviseRequest({
    launcher: '/bin/true',
    launcherArgv: ['true', 'one', '@enter'],
    fallbackArgv: ['true', 'two'],
    mounts: [{ expectation: 'bound', target: '/tmp/target', source: '/tmp/source' }],
    setupTimeoutMs: 60_000,
    enter: enterRequest({ filter: new Uint8Array(8) }),
  }),
)

/** A copy of `request` with another 32-bit word at `offset`. */
export function withWord(request: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = request.slice()
  new DataView(copy.buffer).setUint32(offset, value, true)
  return copy
}

/** `text` as UTF-8. */
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
