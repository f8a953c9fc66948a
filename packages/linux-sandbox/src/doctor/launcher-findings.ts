import { installCommand, type HostFacts } from '@linux-sandbox/host-probe'
import { fine, finding, type Finding } from './finding.js'
import { allowSandboxes, uncoverProc } from './remedies.js'
import { REFUSED_NAMESPACE } from './user-namespace-findings.js'
import type { Trial } from './trial.js'

/** The bwrap that sandboxes would use, as plain data, or the error that says why there is none. */
export type BwrapFact =
  | { readonly path: string; readonly options: readonly string[] }
  | { readonly path?: never; readonly code: string; readonly message: string; readonly hint: string }

const NO_SANDBOX = 'no command can run in a sandbox of bwrap'

export function bwrapFinding(bwrap: BwrapFact, trial: Trial): Finding {
  const how = 'PATH, and the text of the program'
  for (const failed of [bwrap, trial]) {
    if (!('code' in failed) || failed.code !== 'BWRAP_TOO_OLD') continue
    const { message, hint } = failed
    const remedy = [installCommand('bubblewrap'), ...(hint === '' ? [] : [hint])]
    return finding('bwrap-too-old', { what: message, how, cost: NO_SANDBOX, remedy })
  }
  if (bwrap.path === undefined) return bwrapMissingFinding(bwrap.message)
  const { path, options } = bwrap
  return fine('bwrap', `${path}, with ${options.join(' ')}`, how)
}

export function bwrapMissingFinding(problem: string): Finding {
  return finding('bwrap-missing', {
    what: problem,
    how: 'PATH',
    cost: NO_SANDBOX,
    remedy: [installCommand('bubblewrap')],
  })
}

/** Failures of bwrap other than at the user namespace, by what it says. */
const REFUSALS = [
  {
    pattern: /Unexpected capabilities/,
    id: 'sandbox-capabilities',
    what: 'bwrap refuses to start with capabilities',
    remedy: () => ['start without ambient capabilities: setpriv --ambient-caps=-all --inh-caps=-all COMMAND'],
  },
  {
    pattern: /pivot_root/,
    id: 'sandbox-root-refused',
    what: 'the root of this host cannot be exchanged: it is the initial file system of the kernel',
    remedy: () => ['leave the initramfs by switch_root(8) before sandboxes are started'],
  },
  {
    pattern: /Failed to make \/|Failed to mount|[Cc]an't (re)?mount|setting up newroot|Can't bind mount/,
    id: 'sandbox-mounts-refused',
    what: 'something refuses to let bwrap mount, though it can make a user namespace',
    remedy: ({ container }: HostFacts) => [
      ...allowSandboxes(container),
      'SELinux, AppArmor: ask the kernel for the reason: journalctl -k -g denied',
    ],
  },
] as const

/** Codes of failures that have a finding of their own. */
const EXPLAINED = [
  'BWRAP_MISSING',
  'BWRAP_TOO_OLD',
  'WSL1_UNSUPPORTED',
  'NATIVE_MISSING',
  'PLATFORM_UNSUPPORTED',
]

/** What bwrap says where there is no /tmp, which has a finding of its own. */
const NO_TMP = /Failed to mount tmpfs/

/** What came of the trial. None when another finding says it. */
export function sandboxFindings(facts: HostFacts, trial: Trial): Finding[] {
  if (trial.kind === 'not-tried') return []
  const how = 'a sandbox was started'
  if (trial.kind === 'ran')
    return [fine('sandbox', 'a command runs in a sandbox, with a seccomp filter', how)]
  if (EXPLAINED.includes(trial.code) || REFUSED_NAMESPACE.test(trial.message)) return []
  if (!facts.hasTmp && NO_TMP.test(trial.message)) return []
  const refusal = REFUSALS.find(({ pattern }) => pattern.test(trial.message))
  if (refusal === undefined) {
    const remedy =
      trial.hint === '' ? ['try bwrap alone: bwrap --unshare-user --ro-bind / / true'] : [trial.hint]
    return [finding('sandbox-failed', { what: trial.message, how, cost: NO_SANDBOX, remedy })]
  }
  const { id, what, remedy } = refusal
  return [finding(id, { what, how: `${how}: ${trial.message}`, cost: NO_SANDBOX, remedy: remedy(facts) })]
}

/** Whether a sandbox gets a `/proc` of its own. Without a trial, what is mounted over the one here tells. */
export function procFinding({ procMasks, container }: HostFacts, trial: Trial): Finding {
  const isRefused = trial.kind === 'ran' ? trial.proc === 'host' : procMasks.length > 0
  const tried = trial.kind === 'ran' ? 'a sandbox was started' : 'not tried'
  if (!isRefused) return fine('proc', 'sandboxes get a /proc of their own', tried)
  const covered = procMasks.length === 0 ? 'nothing' : procMasks.join(', ')
  return finding('proc-refused', {
    what: 'the kernel refuses a fresh /proc in a sandbox',
    how: `${tried}; /proc/self/mountinfo has ${covered} mounted over parts of /proc`,
    cost: 'a command that may read / sees which processes run on this host, and nothing more of them; the first two launches of a program are tried twice',
    remedy: uncoverProc(container, procMasks),
  })
}
