import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import type { SandboxOptions } from './options.js'

/** An option that a backend cannot give, and why. */
export interface RefusedOption {
  readonly option: string
  readonly isGiven: (options: SandboxOptions) => boolean
  readonly reason: string
}

/** What takes a mount or a namespace, where nobody makes one. */
export const NEEDS_MOUNT_OR_NAMESPACE: readonly RefusedOption[] = [
  {
    option: 'privateTmp',
    isGiven: ({ privateTmp }) => privateTmp === true,
    reason: 'it takes a mount, and this backend makes none',
  },
  {
    option: 'proc: fresh',
    isGiven: ({ proc }) => proc === 'fresh',
    reason: 'it takes a mount, and this backend makes none',
  },
  {
    option: 'pidNamespace: private',
    isGiven: ({ pidNamespace }) => pidNamespace === 'private',
    reason: 'this backend makes no namespaces',
  },
]

/** @throws {PolicyUnsupportedError} for the first of `refused` that is given. */
export function refuseOptions(options: SandboxOptions, refused: readonly RefusedOption[]): void {
  const given = refused.find(({ isGiven }) => isGiven(options))
  if (given === undefined) return
  throw new PolicyUnsupportedError(`the option "${given.option}"`, given.reason, {
    hint: 'leave it out, or use the backend bwrap or native',
  })
}
