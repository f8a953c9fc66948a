import type { ProxyValue } from './endpoint.js'
import { utf8 } from './utf8.js'

/** `unix:/path` and `unix:///path`, where the path is all the rest, as it is written. */
const PLAIN = /^unix:(?:\/\/)?(\/(?!\/).*)$/is

/** `http+unix://%2Fpath`: the path is the host, percent-encoded. Any scheme may stand before the `+`. */
const ENCODED = /^([a-z][a-z0-9+.-]*)\+unix:\/\/([^\s\\/?#]*@)?([^\s\\/?#@]*)([/?#].*)?$/is

/** `socks5h://localhost/path`, percent-encoded. Source: curl(1), --socks5-hostname. With a port it is no socket. */
const OF_CURL = /^(socks(?:4a?|5h?)?:\/\/(?:[^\s\\/?#]*@)?)localhost(\/[^?#]+)/is

/** `sun_path` without the NUL. Source: unix(7). */
const MAX_PATH_BYTES = 107

/** What `text` comes to if it is in one of the forms of a Unix socket, else `undefined`. */
export function parseUnixValue(text: string): ProxyValue | undefined {
  if (/^unix:\//i.test(text)) return socketAt(PLAIN.exec(text)?.[1], 'http://')
  if (/^[a-z][a-z0-9+.-]*\+unix:\/\//i.test(text)) {
    const [, scheme = '', credentials = '', path = '', after = ''] = ENCODED.exec(text) ?? []
    return socketAt(decode(path), `${scheme}://${credentials}`, after)
  }
  const [, before = '', path] = OF_CURL.exec(text) ?? []
  return path === undefined ? undefined : socketAt(decode(path), before)
}

function socketAt(path: string | undefined, before: string, after = ''): ProxyValue {
  if (path === undefined || !path.startsWith('/') || path.includes('\0')) {
    return { why: 'names no absolute path of a Unix socket' }
  }
  const bytes = utf8(path).length
  if (bytes > MAX_PATH_BYTES) {
    return { why: `the path of its Unix socket has ${bytes} bytes, and ${MAX_PATH_BYTES} are possible` }
  }
  return { endpoint: { kind: 'unix', path }, before, after }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
