import ipaddr from 'ipaddr.js'

/** Source of all numbers here: RFC 1928 and RFC 1929. */
export const SOCKS5_VERSION = 5
export const SOCKS4_VERSION = 4
const CREDENTIALS_VERSION = 1

export const METHOD = { none: 0x00, credentials: 0x02, unacceptable: 0xff } as const
export const COMMAND_CONNECT = 1
const ADDRESS_TYPE = { ipv4: 1, name: 3, ipv6: 4 } as const
const IPV4_BYTES = 4
const IPV6_BYTES = 16

/** Replies to a request. */
export const REPLY = {
  succeeded: 0,
  generalFailure: 1,
  notAllowed: 2,
  hostUnreachable: 4,
  connectionRefused: 5,
  commandNotSupported: 7,
  addressTypeNotSupported: 8,
} as const

type Reply = (typeof REPLY)[keyof typeof REPLY]

/** Something read, and how many bytes it took. */
export interface Frame<T> {
  readonly value: T
  readonly used: number
}

export interface SocksRequest {
  readonly command: number
  /** As sent: a name or an address, unchecked. */
  readonly host: string
  readonly port: number
}

/** Something that is not done for a client of SOCKS5, and what to answer. `message` is a phrase about the request. */
export class SocksError extends Error {
  override readonly name = 'SocksError'
  readonly answer: Buffer

  constructor(message: string, answer: Buffer = formatReply(REPLY.generalFailure)) {
    super(message)
    this.answer = answer
  }
}

/** The methods that a client offers; `undefined` until all is there. Takes at most 257 bytes. */
export function parseGreeting(bytes: Uint8Array): Frame<readonly number[]> | undefined {
  const [version, count] = bytes
  if (version !== undefined && version !== SOCKS5_VERSION) throw new SocksError('is not version 5 of SOCKS')
  if (count === undefined) return undefined
  const used = 2 + count
  return bytes.length < used ? undefined : { value: [...bytes.subarray(2, used)], used }
}

/** Passes over a name and a password; `undefined` until all is there. Takes at most 513 bytes. */
export function parseCredentials(bytes: Uint8Array): Frame<undefined> | undefined {
  const [version, nameLength] = bytes
  if (version !== undefined && version !== CREDENTIALS_VERSION) throw new SocksError('are no credentials')
  if (nameLength === undefined) return undefined
  const passwordLength = bytes[2 + nameLength]
  if (passwordLength === undefined) return undefined
  const used = 3 + nameLength + passwordLength
  return bytes.length < used ? undefined : { value: undefined, used }
}

/**
 * What a client asks for; `undefined` until all is there. Takes at most 262 bytes.
 *
 * @throws {SocksError} with what to answer.
 */
export function parseRequest(bytes: Uint8Array): Frame<SocksRequest> | undefined {
  const [version, command, reserved, type, nameLength] = bytes
  if (version !== undefined && version !== SOCKS5_VERSION) throw new SocksError('is not version 5 of SOCKS')
  if (reserved !== undefined && reserved !== 0) throw new SocksError('has a reserved byte that is not 0')
  if (command === undefined || type === undefined) return undefined
  const start = type === ADDRESS_TYPE.name ? 5 : 4
  const length = hostLength(type, nameLength)
  if (length === undefined) return undefined
  const used = start + length + 2
  if (bytes.length < used) return undefined
  const host = hostText(type, bytes.subarray(start, start + length))
  const port = new DataView(bytes.buffer, bytes.byteOffset).getUint16(used - 2)
  return { value: { command, host, port }, used }
}

function hostLength(type: number, nameLength: number | undefined): number | undefined {
  if (type === ADDRESS_TYPE.ipv4) return IPV4_BYTES
  if (type === ADDRESS_TYPE.ipv6) return IPV6_BYTES
  if (type === ADDRESS_TYPE.name) return nameLength
  throw new SocksError('has an unknown type of address', formatReply(REPLY.addressTypeNotSupported))
}

function hostText(type: number, bytes: Uint8Array): string {
  if (type !== ADDRESS_TYPE.name) return ipaddr.fromByteArray([...bytes]).toString()
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new SocksError('has a name that is not UTF-8')
  }
}

/** The answer to a request. There is no address in it that would say something of the host. */
export function formatReply(reply: Reply): Buffer {
  return Buffer.from([SOCKS5_VERSION, reply, 0, ADDRESS_TYPE.ipv4, 0, 0, 0, 0, 0, 0])
}

/** The answer to whatever version 4 asks for: refused (91), in the form of that version. */
export function formatSocks4Refusal(): Buffer {
  return Buffer.from([0, 91, 0, 0, 0, 0, 0, 0])
}

export function formatMethod(method: (typeof METHOD)[keyof typeof METHOD]): Buffer {
  return Buffer.from([SOCKS5_VERSION, method])
}

/** Whatever the credentials were. */
export function formatCredentialsAccepted(): Buffer {
  return Buffer.from([CREDENTIALS_VERSION, 0])
}
