import type { FlagName } from '../../src/helper/flags.ts'

/*
 * What each flag of the helper is to do with every set of others, said a second time and differently from the code.
 */

export const PROFILE = '{"type":"managed","file_system":{"type":"unrestricted"},"network":"enabled"}'

/** One way to give each flag that the helper does not need, all meaning the same policy. */
export const OPTIONAL = {
  'command-cwd': ['--command-cwd', '/tmp'],
  'no-proc': ['--no-proc'],
  'inherit-pid-namespace': ['--inherit-pid-namespace'],
  backend: ['--backend', 'native'],
  'use-legacy-landlock': ['--use-legacy-landlock'],
  'sandbox-policy': ['--sandbox-policy', '{"type":"danger-full-access"}'],
  'file-system-sandbox-policy': ['--file-system-sandbox-policy', '{"kind":"unrestricted"}'],
  'network-sandbox-policy': ['--network-sandbox-policy', '"enabled"'],
  'managed-network': ['--managed-network', '{}'],
  'allow-network-for-proxy': ['--allow-network-for-proxy'],
  'apply-seccomp-then-exec': ['--apply-seccomp-then-exec'],
  'proxy-route-spec': ['--proxy-route-spec', '{"routes":[{"env_key":"HTTP_PROXY","control_fd":4}]}'],
  'verify-fd-mount': ['--verify-fd-mount', '3:/tmp'],
} as const satisfies Partial<Record<FlagName, readonly string[]>>

export type OptionalFlag = keyof typeof OPTIONAL

export const OPTIONAL_NAMES = Object.keys(OPTIONAL) as OptionalFlag[]

/** Why a set of flags is refused with status 2; `undefined` when it is not. */
export function refusalOf(given: ReadonlySet<OptionalFlag>): string | undefined {
  const has = (flag: OptionalFlag): boolean => given.has(flag)
  if (has('file-system-sandbox-policy') !== has('network-sandbox-policy')) return 'half of a split policy'
  if (has('proxy-route-spec') && !has('apply-seccomp-then-exec')) return 'only for the inner stage'
  if (has('proxy-route-spec') && !has('managed-network')) return 'routes, but no managed proxy'
  if (has('verify-fd-mount') && !has('apply-seccomp-then-exec')) return 'only for the inner stage'
  if (has('apply-seccomp-then-exec') && (has('use-legacy-landlock') || has('backend')))
    return 'the inner stage has no backend'
  if (has('use-legacy-landlock') && has('backend')) return 'Landlock is a backend'
  if (has('apply-seccomp-then-exec') && has('inherit-pid-namespace'))
    return 'the inner stage has no namespaces'
  const isProxied = has('managed-network') || has('allow-network-for-proxy')
  if (isProxied && has('use-legacy-landlock')) return 'Landlock has no network to route'
  return undefined
}

/** Every set of optional flags. */
export function* subsets(): Generator<ReadonlySet<OptionalFlag>> {
  for (let bits = 0; bits < 2 ** OPTIONAL_NAMES.length; bits++) {
    yield new Set(OPTIONAL_NAMES.filter((_, index) => (bits & (1 << index)) !== 0))
  }
}
