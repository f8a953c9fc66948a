/** The fields of a message as Node gives and takes them: name, value, name, value. */
export type RawHeaders = readonly string[]

/**
 * Fields between two neighbours. `proxy-*` are between the client and this proxy.
 *
 * @see RFC 9110 7.6.1
 */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

/** What `Connection` may name without being removed: RFC 9110 7.6.1 lets only hop-by-hop fields be named, and these frame the message. */
const NEVER_NOMINATED: ReadonlySet<string> = new Set(['content-length', 'host'])

/** What frames or routes a message cannot come after its body. @see RFC 9110 6.5.1 */
const NO_TRAILERS: ReadonlySet<string> = new Set([
  'content-length',
  'host',
  'trailer',
  'content-encoding',
  'authorization',
])

/** The fields that are passed on: not those between two neighbours, those that `Connection` names, and those of `without` (lower case). */
export function endToEndHeaders(headers: RawHeaders, without: readonly string[] = []): string[] {
  const nominated = fieldsOf(headers)
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((option) => option.trim().toLowerCase()))
    .filter((option) => !NEVER_NOMINATED.has(option))
  const removed = new Set([...HOP_BY_HOP, ...nominated, ...without])
  return fieldsOf(headers)
    .filter(([name]) => !removed.has(name.toLowerCase()))
    .flat()
}

/** The trailers that are passed on, as pairs. */
export function endToEndTrailers(trailers: RawHeaders): [string, string][] {
  return fieldsOf(trailers).filter(([name]) => {
    const lower = name.toLowerCase()
    return !HOP_BY_HOP.has(lower) && !NO_TRAILERS.has(lower)
  })
}

function fieldsOf(headers: RawHeaders): [string, string][] {
  return headers.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, headers[index + 1] ?? '']] : [],
  )
}
