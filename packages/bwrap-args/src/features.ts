/** The options of bwrap that are needed and that not every version in use has. */
export const OPTIONAL_OPTIONS = [
  '--as-pid-1',
  '--cap-drop',
  '--die-with-parent',
  '--new-session',
  '--perms',
  '--unshare-cgroup-try',
] as const

/** Those that only make a bwrap faster that has them. */
export const USEFUL_OPTIONS = ['--args'] as const

export type BwrapOption = (typeof OPTIONAL_OPTIONS | typeof USEFUL_OPTIONS)[number]

/** The first version of bubblewrap with all of them; `--perms` came last. */
export const SUFFICIENT_VERSION = '0.5.0'

/** What one bwrap on this host can do. */
export interface BwrapFeatures {
  /** Path of the program, for messages. */
  readonly path: string
  readonly options: ReadonlySet<BwrapOption>
}

/** The first option that is needed and not there. */
export function missingOption(
  { options }: BwrapFeatures,
  isNeeded: (option: BwrapOption) => boolean = () => true,
): BwrapOption | undefined {
  return OPTIONAL_OPTIONS.find((option) => isNeeded(option) && !options.has(option))
}
