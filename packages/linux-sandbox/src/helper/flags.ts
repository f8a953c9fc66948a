/** What this program is called in messages. */
export const PROGRAM = 'codex-linux-sandbox'

/** One flag of `codex-linux-sandbox`. */
export interface Flag {
  /** What its value is called in the help; without, it has none. */
  readonly value?: 'DIR' | 'JSON' | 'NAME' | 'FD:PATH'
  readonly short?: string
  readonly isRepeatable?: true
  /** What it does, as a phrase. */
  readonly meaning: string
  /** Why callers still send it; such a flag is not in the help. */
  readonly kept?: 'an earlier way to say the policy' | 'the stage inside a sandbox' | 'the managed proxy'
}

/** Every flag that callers of the helper send or have sent. */
export const FLAGS = {
  'sandbox-policy-cwd': {
    value: 'DIR',
    meaning: 'what "project_roots" means in the profile, and where relative globs start; absolute',
  },
  'command-cwd': { value: 'DIR', meaning: 'working directory of COMMAND; default: the current one' },
  'permission-profile': { value: 'JSON', meaning: 'what COMMAND may read, write and reach' },
  'no-proc': { meaning: "keep the host's /proc visible, read-only, instead of mounting a fresh one" },
  'inherit-pid-namespace': { meaning: "keep the host's processes and its /proc visible to COMMAND" },
  backend: {
    value: 'NAME',
    meaning: 'what makes the sandbox: bwrap; native, which needs no bwrap; or auto, which is the default',
  },
  'use-legacy-landlock': {
    meaning: 'confine by Landlock instead of bubblewrap; only for policies that it can express',
  },
  'sandbox-policy': {
    value: 'JSON',
    meaning: 'the policy as one legacy SandboxPolicy',
    kept: 'an earlier way to say the policy',
  },
  'file-system-sandbox-policy': {
    value: 'JSON',
    meaning: 'the file system half of a split policy',
    kept: 'an earlier way to say the policy',
  },
  'network-sandbox-policy': {
    value: 'JSON',
    meaning: 'the network half of a split policy',
    kept: 'an earlier way to say the policy',
  },
  'managed-network': {
    value: 'JSON',
    meaning: 'reach nothing but the proxies that the environment names',
    kept: 'the managed proxy',
  },
  'allow-network-for-proxy': { meaning: 'the same, as it was once spelled', kept: 'the managed proxy' },
  'apply-seccomp-then-exec': {
    meaning: 'be the stage inside a sandbox that somebody else made: only load the filter and run COMMAND',
    kept: 'the stage inside a sandbox',
  },
  'proxy-route-spec': {
    value: 'JSON',
    meaning: 'the routes that the outer stage has prepared',
    kept: 'the stage inside a sandbox',
  },
  'verify-fd-mount': {
    value: 'FD:PATH',
    isRepeatable: true,
    meaning: 'run only if PATH is what the descriptor FD refers to',
    kept: 'the stage inside a sandbox',
  },
  help: { short: 'h', meaning: 'print this' },
  version: { short: 'V', meaning: 'print the version' },
} as const satisfies Readonly<Record<string, Flag>>

export type FlagName = keyof typeof FLAGS

/** Of `--backend`. */
export const BACKEND_NAMES = ['auto', 'bwrap', 'native'] as const

/** Flags that mean nothing together, and why. */
export const CONTRADICTIONS: readonly {
  readonly flags: readonly [FlagName, FlagName]
  readonly why: string
}[] = [
  {
    flags: ['apply-seccomp-then-exec', 'use-legacy-landlock'],
    why: 'the stage inside a sandbox has no backend of its own',
  },
  {
    flags: ['apply-seccomp-then-exec', 'backend'],
    why: 'the stage inside a sandbox has no backend of its own',
  },
  { flags: ['use-legacy-landlock', 'backend'], why: 'Landlock is a backend of its own' },
  {
    flags: ['apply-seccomp-then-exec', 'inherit-pid-namespace'],
    why: 'the stage inside a sandbox makes no namespaces',
  },
  {
    flags: ['use-legacy-landlock', 'managed-network'],
    why: 'Landlock leaves the command no network that could be routed',
  },
  {
    flags: ['use-legacy-landlock', 'allow-network-for-proxy'],
    why: 'Landlock leaves the command no network that could be routed',
  },
]

/** Flags that mean nothing without another one. */
export const REQUIREMENTS: readonly { readonly flag: FlagName; readonly needs: FlagName }[] = [
  { flag: 'file-system-sandbox-policy', needs: 'network-sandbox-policy' },
  { flag: 'network-sandbox-policy', needs: 'file-system-sandbox-policy' },
  { flag: 'proxy-route-spec', needs: 'apply-seccomp-then-exec' },
  { flag: 'proxy-route-spec', needs: 'managed-network' },
  { flag: 'verify-fd-mount', needs: 'apply-seccomp-then-exec' },
]
