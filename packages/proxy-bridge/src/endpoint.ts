/** Where a proxy listens on the host, as far as a command in a sandbox can be led there. */
export type Endpoint =
  | {
      readonly kind: 'tcp'
      /** One of 127.0.0.0/8 in its usual form, or `::1`. */
      readonly address: string
      /** 1 to 65535. */
      readonly port: number
    }
  | {
      readonly kind: 'unix'
      /** Absolute, at most 107 bytes, without NUL. */
      readonly path: string
    }

/** Equal for endpoints that are the same, and only for those. */
export function endpointKey(endpoint: Endpoint): string {
  return endpoint.kind === 'tcp' ? `${endpoint.address} ${endpoint.port}` : endpoint.path
}

/** The value of a proxy variable, cut at what a route replaces. */
export interface RoutableValue {
  readonly endpoint: Endpoint
  /** Scheme and credentials, as they were written. */
  readonly before: string
  /** Path, query and fragment, as they were written. */
  readonly after: string
}

/** What the value of a proxy variable comes to: an endpoint, or why it has none. */
export type ProxyValue =
  RoutableValue | { readonly endpoint?: undefined; /** Without credentials. */ readonly why: string }
