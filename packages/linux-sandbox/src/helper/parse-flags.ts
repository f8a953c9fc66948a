import { parseAbsolutePath, type PermissionProfile } from '@linux-sandbox/policy'
import type { ForegroundCommand } from '../foreground.js'
import type { ProxyOptions } from '../proxy/options.js'
import { splitArgs, UsageError } from '../usage.js'
import { parseFdMount, type FdMount } from './fd-mounts.js'
import {
  BACKEND_NAMES,
  CONTRADICTIONS,
  FLAGS,
  PROGRAM,
  REQUIREMENTS,
  type Flag,
  type FlagName,
} from './flags.js'
import { networkFromFlags } from './network-flags.js'
import { profileFromFlags } from './policy-flags.js'

/** What a caller of the helper asks for. */
export interface HelperRequest {
  readonly policyCwd: string
  readonly profile: PermissionProfile
  readonly backend: (typeof BACKEND_NAMES)[number] | 'landlock' | 'inner'
  readonly proc: 'fresh' | 'host'
  readonly pidNamespace: 'private' | 'inherited'
  /** Which proxies the command can reach; without, none. */
  readonly proxy: ProxyOptions | undefined
  readonly unixSockets: boolean
  readonly fdMounts: readonly FdMount[]
  readonly command: ForegroundCommand
}

/**
 * What the arguments ask for; `help` or `version` when that is all.
 *
 * @throws {UsageError} with every flag that is missing, wrong, or contradicts another one.
 * @throws {PolicyInvalidError} when a policy cannot be parsed.
 */
export function parseFlags(argv: readonly string[]): HelperRequest | 'help' | 'version' {
  const { values, command, repeated } = splitArgs(argv, PARSE_OPTIONS, PROGRAM)
  if (values.help === true) return 'help'
  if (values.version === true) return 'version'
  const problems = [...repeatedProblems(repeated), ...problemsOf(values, command)]
  if (problems.length > 0) throw new UsageError(problems.join('; '), PROGRAM)

  const [program = '', ...args] = command
  const policyCwd = values['sandbox-policy-cwd'] ?? ''
  const cwd = values['command-cwd']
  return {
    policyCwd,
    profile: profileFromFlags({
      permissionProfile: values['permission-profile'],
      sandboxPolicy: values['sandbox-policy'],
      fileSystem: values['file-system-sandbox-policy'],
      network: values['network-sandbox-policy'],
      policyCwd,
    }),
    backend: backendOf(values),
    proc: values['no-proc'] === true ? 'host' : 'fresh',
    pidNamespace: values['inherit-pid-namespace'] === true ? 'inherited' : 'private',
    ...networkFromFlags({
      managedNetwork: values['managed-network'],
      allowNetworkForProxy: values['allow-network-for-proxy'] === true,
      routeSpec: values['proxy-route-spec'],
    }),
    fdMounts: (values['verify-fd-mount'] ?? []).map(parseFdMount),
    command: { program, args, ...(cwd === undefined ? {} : { cwd }) },
  }
}

interface TextOption {
  readonly type: 'string'
  readonly multiple: false
}

interface TextsOption {
  readonly type: 'string'
  readonly multiple: true
}

interface SwitchOption {
  readonly type: 'boolean'
}

type ParseOption<OneFlag> = OneFlag extends { readonly value: string }
  ? OneFlag extends { readonly isRepeatable: true }
    ? TextsOption
    : TextOption
  : SwitchOption

/** The table of flags in the words of `parseArgs`. */
const PARSE_OPTIONS = Object.fromEntries(
  Object.entries<Flag>(FLAGS).map(([name, { value, short, isRepeatable = false }]) => [
    name,
    value === undefined
      ? { type: 'boolean', ...(short === undefined ? {} : { short }) }
      : { type: 'string', multiple: isRepeatable },
  ]),
) as { readonly [Name in FlagName]: ParseOption<(typeof FLAGS)[Name]> }

type Values = { readonly [Name in FlagName]?: string | boolean | readonly string[] | undefined }

function problemsOf(values: Values, command: readonly string[]): string[] {
  const isGiven = (flag: FlagName): boolean => values[flag] !== undefined
  const saysPolicy = ['permission-profile', 'sandbox-policy', 'file-system-sandbox-policy'] as const
  return [
    ...(isGiven('sandbox-policy-cwd') ? [] : ['--sandbox-policy-cwd is missing']),
    ...(saysPolicy.some(isGiven) || isGiven('network-sandbox-policy')
      ? []
      : ['--permission-profile is missing']),
    ...(command.length === 0 ? ['no command was given'] : []),
    ...REQUIREMENTS.filter(({ flag, needs }) => isGiven(flag) && !isGiven(needs)).map(
      ({ flag, needs }) => `--${flag} needs --${needs}`,
    ),
    ...CONTRADICTIONS.filter(({ flags }) => flags.every(isGiven)).map(
      ({ flags: [one, other], why }) => `--${one} contradicts --${other}: ${why}`,
    ),
    ...backendProblem(values),
    ...(['sandbox-policy-cwd', 'command-cwd'] as const).flatMap((flag) =>
      absoluteProblem(flag, values[flag]),
    ),
  ]
}

function backendOf(values: Values): HelperRequest['backend'] {
  // The namespaces and the mounts have been made by the outer stage.
  if (values['apply-seccomp-then-exec'] === true) return 'inner'
  if (values['use-legacy-landlock'] === true) return 'landlock'
  return BACKEND_NAMES.find((name) => name === values.backend) ?? 'auto'
}

function backendProblem({ backend }: Values): string[] {
  if (backend === undefined || BACKEND_NAMES.some((name) => name === backend)) return []
  return [`--backend must be one of ${BACKEND_NAMES.join(', ')}, not ${JSON.stringify(backend)}`]
}

/** Of two values the last one would win, silently. A switch that is given twice means what it means. */
function repeatedProblems(repeated: ReadonlySet<string>): string[] {
  if (repeated.size === 0) return []
  return Object.entries<Flag>(FLAGS)
    .filter(
      ([name, { value, isRepeatable }]) => repeated.has(name) && value !== undefined && isRepeatable !== true,
    )
    .map(([name]) => `--${name} is given twice`)
}

function absoluteProblem(flag: FlagName, value: Values[FlagName]): string[] {
  if (typeof value !== 'string' || parseAbsolutePath(value) !== undefined) return []
  return [`--${flag} must be an absolute path, not ${JSON.stringify(value)}`]
}
