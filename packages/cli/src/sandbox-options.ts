import { realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  UsageError,
  type GitWrites,
  type PermissionProfile,
  type ProtectedNameList,
  type SandboxOptions,
} from 'linux-sandbox'
import { absolutePath, parseAbsolutePath, type AbsolutePath } from '@linux-sandbox/policy'
import { configuredProfile, type ConfiguredProfile } from './configured-profile.js'
import { parseLimits } from './limits.js'
import { networkOf, type Network } from './network.js'
import type { OptionValues } from './parse.js'

/** What the options of a command come to. */
export interface Request extends Pick<ConfiguredProfile, 'profileName' | 'configuration' | 'notes'> {
  /** Where the command runs; absolute. */
  readonly directory: string
  readonly network: Network
  /** Without the proxy. */
  readonly sandbox: SandboxOptions
}

/**
 * The sandbox that `values` ask for.
 *
 * @param program - under which name help is to be had
 * @throws {UsageError} for a value that means nothing.
 * @throws {SandboxError} as `configuredProfile` does.
 */
export async function requestOf(values: OptionValues, program: string): Promise<Request> {
  const empty = ['directory', 'config'].find((name) => values.text(name) === '')
  if (empty !== undefined) throw new UsageError(`--${empty} is empty`, program)
  const directory = resolve(values.text('directory') ?? '.')
  const { profile, backend, proxy, unixSockets, ...configured } = await configuredProfile(values, directory)
  const network = networkOf(values, proxy, program)
  if (network.kind === 'filtered') {
    const { checkHostRules } = await import('./host-rules.js')
    await checkHostRules(network)
  }
  const limits = parseLimits(values.texts('limit'), program)
  const devices = values.texts('device')
  const relative = devices.find((path) => parseAbsolutePath(path) === undefined)
  if (relative !== undefined) {
    throw new UsageError(`--device takes an absolute path, not ${JSON.stringify(relative)}`, program)
  }
  const gitWrites = values.text('git-writes')
  const protectedNames = values.text('protected-names')
  return {
    ...configured,
    directory,
    network,
    sandbox: {
      profile: withNetwork(profile, network.kind === 'profile' ? values.text('network') : 'restricted'),
      policyCwd: directory,
      limits,
      // What is not asked for is left out: not every backend has it.
      ...(devices.length === 0 ? {} : { devices }),
      ...(values.has('private-tmp') ? { privateTmp: true } : {}),
      ...(values.has('no-proc') ? { proc: 'host' } : {}),
      ...(values.has('inherit-pid-namespace') ? { pidNamespace: 'inherited' } : {}),
      ...(unixSockets ? { unixSockets } : {}),
      backend: backendOf(values, backend, program),
      // Both were checked against the choices in the table.
      ...(gitWrites === undefined ? {} : { gitWrites: gitWrites as GitWrites }),
      ...(protectedNames === undefined ? {} : { protectedNames: protectedNames as ProtectedNameList }),
    },
  }
}

/** An option sets aside what the configuration says. */
function backendOf(values: OptionValues, configured: Backend, program: string): Backend {
  const named = values.text('backend')
  const isLandlock = values.has('use-legacy-landlock')
  if (isLandlock && named !== undefined) {
    throw new UsageError(
      '--backend contradicts --use-legacy-landlock, which is a backend of its own',
      program,
    )
  }
  if (isLandlock) return 'landlock'
  // It was checked against the choices in the table.
  return named === undefined ? configured : (named as Backend)
}

type Backend = NonNullable<SandboxOptions['backend']>

function withNetwork(profile: PermissionProfile, network: string | undefined): PermissionProfile {
  if (network !== 'restricted' && network !== 'enabled') return profile
  if (profile.type !== 'disabled') return { ...profile, network }
  if (network === 'enabled') return profile
  return { type: 'managed', file_system: { type: 'unrestricted' }, network }
}

/**
 * `text` as a path for a command that runs in `directory`. A `..` goes up from where the links before it lead, as it does for the
 * kernel.
 */
export function operandPath(text: string, directory: string): AbsolutePath {
  const whole = text.startsWith('/') ? text : join(directory, '/') + text
  const [head] = /^.*\/\.\.(?=\/|$)/s.exec(whole) ?? []
  return absolutePath(head === undefined ? whole : realPath(head) + whole.slice(head.length))
}

/** What cannot be followed stays as it is written. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path)
  } catch {
    return path
  }
}
