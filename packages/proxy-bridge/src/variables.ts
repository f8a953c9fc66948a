/** Variables as a program has them. What is `undefined` is not set. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The variables that are looked at, in any case. Others, such as `GRPC_PROXY` and `NO_PROXY`, are left as they are. */
export const PROXY_VARIABLES = [
  'ALL_PROXY',
  'BUNDLE_HTTPS_PROXY',
  'BUNDLE_HTTP_PROXY',
  'DOCKER_HTTPS_PROXY',
  'DOCKER_HTTP_PROXY',
  'FTP_PROXY',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'NPM_CONFIG_HTTPS_PROXY',
  'NPM_CONFIG_HTTP_PROXY',
  'NPM_CONFIG_PROXY',
  'PIP_PROXY',
  'WSS_PROXY',
  'WS_PROXY',
  'YARN_HTTPS_PROXY',
  'YARN_HTTP_PROXY',
] as const

const NAMES: ReadonlySet<string> = new Set(PROXY_VARIABLES)

/** What is set in `environment`, without prototype or what is `undefined`. */
export function definedVariables(environment: Environment): [name: string, value: string][] {
  return Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
}

/** The proxy variables of `environment` in the order of their names, capitals first. */
export function proxyVariables(environment: Environment): { name: string; text: string }[] {
  return definedVariables(environment)
    .filter(([name]) => NAMES.has(asciiUpperCase(name)))
    .map(([name, text]) => ({ name, text }))
    .toSorted(byName)
}

/** For `toSorted`: by code units, so capitals come first. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1
}

/** `toUpperCase` turns letters that are not ASCII into some that are, as `ı` into `I`. */
function asciiUpperCase(text: string): string {
  return text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase())
}
