import { ProxyRouteError } from '@linux-sandbox/errors'
import { utf8 } from './utf8.js'
import { definedVariables, type Environment } from './variables.js'

/** The variable by which a caller says for whom the connections to its proxy are made. */
export const ATTRIBUTION_VARIABLE = 'CODEX_NETWORK_PROXY_ATTRIBUTION'

/** NUL, then `CDXPXY1`. No request of HTTP or SOCKS begins with it. */
const MAGIC = [0x00, 0x43, 0x44, 0x58, 0x50, 0x58, 0x59, 0x31] as const

/** After the magic comes the length of the token: 16 bits, most significant byte first. */
const LENGTH_BYTES = 2

const MAX_TOKEN_BYTES = 128

export interface Attribution {
  /** The environment without the variable, so that the command never sees the token. */
  readonly environment: Readonly<Record<string, string>>
  /** What each connection to a proxy has to begin with, 11 to 138 bytes; `undefined` where the variable is not set. */
  readonly preface: Uint8Array<ArrayBuffer> | undefined
}

/**
 * Takes the attribution token out of `environment`.
 *
 * @throws {ProxyRouteError} unless the token is 1 to 128 bytes of UTF-8. The message does not have it.
 */
export function takeAttribution(environment: Environment): Attribution {
  const { [ATTRIBUTION_VARIABLE]: token, ...rest } = Object.fromEntries(definedVariables(environment))
  return { environment: rest, preface: token === undefined ? undefined : prefaceOf(token) }
}

function prefaceOf(token: string): Uint8Array<ArrayBuffer> {
  const bytes = utf8(token)
  if (bytes.length === 0 || bytes.length > MAX_TOKEN_BYTES) {
    throw invalid(`has ${bytes.length} bytes, and must have 1 to ${MAX_TOKEN_BYTES}`)
  }
  if (/[\p{Surrogate}\uFFFD\0]/u.test(token)) throw invalid('is not UTF-8 without NUL')
  const preface = new Uint8Array(MAGIC.length + LENGTH_BYTES + bytes.length)
  preface.set(MAGIC)
  new DataView(preface.buffer).setUint16(MAGIC.length, bytes.length)
  preface.set(bytes, MAGIC.length + LENGTH_BYTES)
  return preface
}

function invalid(why: string): ProxyRouteError {
  return new ProxyRouteError('the connections to the proxy cannot be attributed', [
    { name: ATTRIBUTION_VARIABLE, why },
  ])
}
