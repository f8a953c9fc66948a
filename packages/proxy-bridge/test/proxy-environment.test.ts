import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LOOPBACK_HOSTS, parseProxyValue, proxyEnvironment } from '../src/index.ts'

const HTTP = 'http://127.0.0.1:3128'
const SOCKS = 'socks5h://127.0.0.1:1080'
const JAVA =
  '-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=3128 -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=3128'
const MAVEN = '-Daether.connector.http.useSystemProperties=true'

const urls = (url: string) => ({
  HTTP_PROXY: url,
  http_proxy: url,
  HTTPS_PROXY: url,
  https_proxy: url,
  WS_PROXY: url,
  ws_proxy: url,
  WSS_PROXY: url,
  wss_proxy: url,
  NPM_CONFIG_PROXY: url,
  npm_config_proxy: url,
  NPM_CONFIG_HTTPS_PROXY: url,
  npm_config_https_proxy: url,
  YARN_HTTP_PROXY: url,
  YARN_HTTPS_PROXY: url,
  BUNDLE_HTTP_PROXY: url,
  BUNDLE_HTTPS_PROXY: url,
  PIP_PROXY: url,
  DOCKER_HTTP_PROXY: url,
  DOCKER_HTTPS_PROXY: url,
  CARGO_HTTP_PROXY: url,
})

const fallback = (url: string) => ({ ALL_PROXY: url, all_proxy: url, FTP_PROXY: url, ftp_proxy: url })

const list = (hosts: string) => ({
  NO_PROXY: hosts,
  no_proxy: hosts,
  NPM_CONFIG_NOPROXY: hosts,
  npm_config_noproxy: hosts,
  BUNDLE_NO_PROXY: hosts,
  no_grpc_proxy: hosts,
  GLOBAL_AGENT_NO_PROXY: hosts,
})

const httpOnly = {
  grpc_proxy: HTTP,
  GLOBAL_AGENT_HTTP_PROXY: HTTP,
  GLOBAL_AGENT_HTTPS_PROXY: HTTP,
  RSYNC_PROXY: '127.0.0.1:3128',
  NODE_USE_ENV_PROXY: '1',
  ELECTRON_GET_USE_PROXY: 'true',
  CLOUDSDK_PROXY_TYPE: 'http',
  CLOUDSDK_PROXY_ADDRESS: '127.0.0.1',
  CLOUDSDK_PROXY_PORT: '3128',
  GRADLE_OPTS: `${JAVA} -Dhttp.nonProxyHosts=`,
  MAVEN_OPTS: `${JAVA} -Dhttp.nonProxyHosts= ${MAVEN}`,
}

test('with an HTTP proxy everything goes there, names of loopback too', () => {
  expect(proxyEnvironment({ httpPort: 3128 })).toEqual({
    ...urls(HTTP),
    ...fallback(HTTP),
    ...list(''),
    ...httpOnly,
  })
})

test('with both, a SOCKS proxy is for what is left', () => {
  expect(proxyEnvironment({ httpPort: 3128, socksPort: 1080 })).toEqual({
    ...urls(HTTP),
    ...fallback(SOCKS),
    ...list(''),
    ...httpOnly,
  })
})

test('with a SOCKS proxy alone, nothing is set whose readers know HTTP proxies only', () => {
  const java = '-DsocksProxyHost=127.0.0.1 -DsocksProxyPort=1080'
  expect(proxyEnvironment({ socksPort: 1080, httpPort: undefined })).toEqual({
    ...urls(SOCKS),
    ...fallback(SOCKS),
    ...list(''),
    CLOUDSDK_PROXY_TYPE: 'socks5',
    CLOUDSDK_PROXY_ADDRESS: '127.0.0.1',
    CLOUDSDK_PROXY_PORT: '1080',
    GRADLE_OPTS: java,
    MAVEN_OPTS: `${java} ${MAVEN}`,
  })
})

test('hosts that are to be reached directly are told in the way of each reader', () => {
  const noProxy = [
    ...LOOPBACK_HOSTS,
    '.example.org',
    '*.example.net',
    '10.0.0.0/8',
    '[fe80::1]',
    'a.example:80',
  ]
  const variables = proxyEnvironment({ httpPort: 3128, noProxy })
  expect(variables).toMatchObject(
    list('localhost,127.0.0.1,::1,.example.org,*.example.net,10.0.0.0/8,[fe80::1],a.example:80'),
  )
  expect(variables['GRADLE_OPTS']).toBe(
    `${JAVA} -Dhttp.nonProxyHosts=localhost|127.0.0.1|[::1]|*.example.org|*.example.net|[fe80::1]|a.example:80`,
  )
})

test('options for Java are added to what is there, and those of every JVM on request only', () => {
  const environment = { GRADLE_OPTS: '-Xmx1g', MAVEN_OPTS: '', JAVA_TOOL_OPTIONS: '-Da=b', HTTP_PROXY: 'x' }
  const options = { httpPort: 3128, environment }
  const expected = { ...httpOnly, GRADLE_OPTS: `-Xmx1g ${httpOnly.GRADLE_OPTS}` }
  expect(proxyEnvironment(options)).toMatchObject(expected)
  expect(proxyEnvironment(options)).not.toHaveProperty('JAVA_TOOL_OPTIONS')
  expect(proxyEnvironment({ ...options, javaToolOptions: true })).toMatchObject({
    ...expected,
    JAVA_TOOL_OPTIONS: `-Da=b ${httpOnly.GRADLE_OPTS}`,
  })
})

test.each([
  { options: {}, why: 'no port' },
  { options: { httpPort: 0 }, why: 'no port of TCP' },
  { options: { socksPort: 65_536 }, why: 'no port of TCP' },
  { options: { httpPort: 1.5 }, why: 'no whole number' },
  { options: { httpPort: 3128, noProxy: [''] }, why: 'an empty host' },
  { options: { httpPort: 3128, noProxy: ['a,b'] }, why: 'two hosts' },
  { options: { httpPort: 3128, noProxy: ['a -javaagent:x'] }, why: 'an option of Java' },
  { options: { httpPort: 3128, noProxy: ['a|b'] }, why: 'two patterns of Java' },
  { options: { httpPort: 3128, noProxy: ['a\nb'] }, why: 'two lines' },
])('$options is a mistake: $why', ({ options }) => {
  expect(() => proxyEnvironment(options)).toThrow(TypeError)
})

test('every variable with a proxy in it names its port on the loopback', () => {
  const anyPort = fc.integer({ min: 1, max: 65_535 })
  fc.assert(
    fc.property(anyPort, anyPort, (httpPort, socksPort) => {
      const proxies = Object.values(proxyEnvironment({ httpPort, socksPort })).filter((text) =>
        text.includes('://'),
      )
      expect(proxies).toHaveLength(27)
      for (const text of proxies) {
        const port = text.startsWith('socks5h:') ? socksPort : httpPort
        expect(parseProxyValue(text).endpoint).toEqual({ kind: 'tcp', address: '127.0.0.1', port })
      }
    }),
  )
})
