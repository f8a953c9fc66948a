/** Texts are bytes, one character each. */

/** A request to be forwarded, as any client sends it. */
export function get(url: string, headers = ''): string {
  return `GET ${url} HTTP/1.1\r\nHost: client.test\r\n${headers}Connection: close\r\n\r\n`
}

/** A tunnel, and a request in it before the answer. */
export function connect(authority: string, headers = ''): string {
  return `CONNECT ${authority} HTTP/1.1\r\nHost: client.test\r\n${headers}\r\n${get('/secret')}`
}

export interface SocksMessage {
  readonly host: string
  readonly port: number
  /** Default: 3, a name. 1: four bytes, 4: sixteen. */
  readonly type?: number
  readonly command?: number
  readonly reserved?: number
  readonly version?: number
  /** Methods of authentication. Default: none. */
  readonly methods?: readonly number[]
}

/** A tunnel of SOCKS5, and a request in it before the answer. */
export function socks({ host, port, ...rest }: SocksMessage): string {
  const { type = 3, command = 1, reserved = 0, version = 5, methods = [0] } = rest
  const name = type === 3 ? `${String.fromCharCode(host.length)}${host}` : host
  const head = String.fromCharCode(5, methods.length, ...methods, version, command, reserved, type)
  return `${head}${name}${String.fromCharCode(port >> 8, port & 255)}${get('/secret')}`
}

/** What the client is told, after the method of authentication. */
export function socksReply(code: number): string {
  return String.fromCharCode(5, 0, 5, code, 0, 1)
}

/** The bytes of a text in UTF-8. */
export function utf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
