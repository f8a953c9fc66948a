import * as fc from 'fast-check'

/** Spellings of a host on loopback, with the address that they mean. */
export const LOOPBACK_SPELLINGS: readonly { host: string; address: string }[] = [
  { host: '127.0.0.1', address: '127.0.0.1' },
  { host: '127.9.8.7', address: '127.9.8.7' },
  { host: '127.1', address: '127.0.0.1' },
  { host: '0x7f000001', address: '127.0.0.1' },
  { host: '2130706433', address: '127.0.0.1' },
  { host: '0177.0.0.1', address: '127.0.0.1' },
  { host: '127.0.0.1.', address: '127.0.0.1' },
  { host: 'localhost', address: '127.0.0.1' },
  { host: 'LocalHost.', address: '127.0.0.1' },
  { host: '[::1]', address: '::1' },
  { host: '[0:0:0:0:0:0:0:1]', address: '::1' },
  { host: '[::ffff:127.0.0.1]', address: '127.0.0.1' },
  { host: '[::FFFF:7f02:304]', address: '127.2.3.4' },
  { host: '[::ffff:7f00:1]', address: '127.0.0.1' },
]

export const anyLoopback = fc.constantFrom(...LOOPBACK_SPELLINGS)

const anyScheme = fc.constantFrom(
  ...['', 'http://', 'HTTPS://', 'socks://', 'socks4://', 'socks4a://', 'socks5://', 'socks5h://', 'ws://'],
)

/** Text without what ends an authority. */
const anyCredential = fc.stringMatching(/^[\w:@!$&'()*+,;=%.~^|<>{}"`-]{0,20}$/)

const anyRest = fc.oneof(fc.constant(''), fc.stringMatching(/^[/?#][ -~é☃]{0,20}$/))

/** Values of variables that name a proxy on a TCP port, in parts. `path` never makes a SOCKS proxy on a Unix socket of it. */
export const anyTcpValue = fc
  .record({
    scheme: anyScheme,
    credentials: fc.option(
      anyCredential.map((text) => `${text}@`),
      { nil: '' },
    ),
    host: anyLoopback,
    port: fc.integer({ min: 1, max: 65_535 }),
    rest: anyRest,
  })
  .map((parts) => ({
    ...parts,
    rest: parts.rest.trimEnd(),
    text: `${parts.scheme}${parts.credentials}${parts.host.host}:${parts.port}${parts.rest.trimEnd()}`,
  }))
  .filter(({ scheme, credentials }) => scheme !== '' || !credentials.startsWith('unix:'))

const anyPieces = fc
  .array(
    fc.constantFrom(
      ...['http', 's', 'socks5h', 'unix', '+unix', '://', ':', '/', '//', '@', '%2F', '%', '\0', '\\', ' '],
      ...['localhost', '127.0.0.1', '[::1]', '[', ']', '.', '0', '65536', '?', '#', 'a', 'é', '\n', '\ud800'],
    ),
    { maxLength: 4 },
  )
  .map((pieces) => pieces.join(''))

/** Anything, and things that are nearly the URL of a proxy. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom('http://', 'http://', ' HTTP://', '', 'socks5h://', 'unix:', 'http+unix://'),
      fc.oneof(fc.constant(''), anyPieces),
      anyLoopback.map(({ host }) => host),
      anyPieces,
    )
    .map((parts) => parts.join('')),
)
