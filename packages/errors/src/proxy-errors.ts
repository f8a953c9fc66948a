import { EXIT_STATUS } from './exit-status.js'
import { SandboxError, type SandboxErrorDetails } from './sandbox-error.js'

/** A variable that names a proxy, and why nothing is routed to that proxy. */
export interface UnusedProxyVariable {
  readonly name: string
  /** A phrase that goes on from "`name`: ". Never has credentials in it. */
  readonly why: string
}

/** The command is to reach nothing but its proxies, and the environment names none to which it can be led. Nothing was started. */
export class ProxyRouteError extends SandboxError {
  override readonly name = 'ProxyRouteError'
  readonly code = 'PROXY_NOT_ROUTABLE'
  readonly exitStatus = EXIT_STATUS.setup
  /** Every variable that was looked at and is not used. */
  readonly variables: readonly UnusedProxyVariable[]

  constructor(reason: string, variables: readonly UnusedProxyVariable[], details: SandboxErrorDetails = {}) {
    const list = variables.map(({ name, why }) => `${name}: ${why}`).join('; ')
    super(list === '' ? reason : `${reason} (${list})`, details)
    this.variables = variables
  }
}
