import type { ProxyEnvironmentOptions } from './proxy-environment.js'
import type { Environment } from './variables.js'

/** Lets the HTTP client of Maven 3.9 read the properties of the JVM. Source: Maven Resolver, Configuration Options. */
const MAVEN_READS_PROPERTIES = '-Daether.connector.http.useSystemProperties=true'

/** The variables with options for Java, each with what `environment` has there in front: of two equal options the last one counts. */
export function javaOptions(options: ProxyEnvironmentOptions): Record<string, string> {
  const { environment = {}, javaToolOptions = false } = options
  const properties = proxyProperties(options)
  return {
    GRADLE_OPTS: append(environment, 'GRADLE_OPTS', properties),
    MAVEN_OPTS: append(environment, 'MAVEN_OPTS', [...properties, MAVEN_READS_PROPERTIES]),
    ...(javaToolOptions ? { JAVA_TOOL_OPTIONS: append(environment, 'JAVA_TOOL_OPTIONS', properties) } : {}),
  }
}

/** Source: Java SE, java.net, Networking Properties, Proxies. `http.nonProxyHosts` is for HTTPS as well. */
function proxyProperties({ httpPort, socksPort, noProxy = [] }: ProxyEnvironmentOptions): string[] {
  if (httpPort === undefined) return ['-DsocksProxyHost=127.0.0.1', `-DsocksProxyPort=${socksPort}`]
  return [
    '-Dhttp.proxyHost=127.0.0.1',
    `-Dhttp.proxyPort=${httpPort}`,
    '-Dhttps.proxyHost=127.0.0.1',
    `-Dhttps.proxyPort=${httpPort}`,
    `-Dhttp.nonProxyHosts=${noProxy.flatMap(asJavaPattern).join('|')}`,
  ]
}

/** Java knows `*` at either end, brackets round IPv6 addresses, and no networks. */
function asJavaPattern(host: string): string[] {
  if (host.includes('/')) return []
  if (host.startsWith('.')) return [`*${host}`]
  return [/^[^[]*:[^[]*:/.test(host) ? `[${host}]` : host]
}

function append(environment: Environment, name: string, options: readonly string[]): string {
  const present = Object.hasOwn(environment, name) ? environment[name] : undefined
  return [present ?? '', ...options].filter((text) => text !== '').join(' ')
}
