import type { FailedStep } from '@linux-sandbox/errors'
import { installCommand, type HostFacts } from '@linux-sandbox/host-probe'
import { fine, finding, type Finding } from './finding.js'
import { refusalIn } from './launcher-refusals.js'
import { nativeRefusal, sentenceOf } from './native-refusals.js'
import { uncoverProc } from './remedies.js'
import type { Trial } from './trial.js'
import { NO_SANDBOX, REFUSED_NAMESPACE } from './user-namespace-findings.js'

/** The bwrap that sandboxes would use, as plain data, or the error that says why there is none. */
export type BwrapFact =
  | { readonly path: string; readonly options: readonly string[] }
  | { readonly path?: never; readonly code: string; readonly message: string; readonly hint: string }

/** Whether the native program can make sandboxes by itself, or what keeps it from that. */
export type NativeLaunchFact = { readonly kind: 'possible' } | (FailedStep & { readonly kind: 'refused' })

/** `native`: `undefined` when it could not be asked. */
export function bwrapFinding(bwrap: BwrapFact, trial: Trial, native: NativeLaunchFact | undefined): Finding {
  const how = 'PATH, and the text of the program'
  if (bwrap.path === undefined && native?.kind === 'possible') {
    return fine('bwrap-unneeded', `${bwrap.message}; sandboxes are made without it`, how)
  }
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

export function nativeLaunchFinding(native: NativeLaunchFact, facts: HostFacts): Finding {
  const how = 'a sandbox without a command was made by linux-sandbox-native'
  if (native.kind === 'possible') return fine('native-launch', 'sandboxes can be made without bwrap', how)
  const { what, remedy } = nativeRefusal(native, facts)
  return finding('native-launch-refused', {
    what: `sandboxes cannot be made without bwrap: ${what}`,
    how: `${how}: ${sentenceOf(native)}`,
    cost: 'every sandbox needs bwrap, which takes long where very much is mounted',
    remedy,
  })
}

/** Codes of failures that have a finding of their own. */
const EXPLAINED = [
  'BWRAP_MISSING',
  'BWRAP_TOO_OLD',
  'WSL1_UNSUPPORTED',
  'NATIVE_MISSING',
  'PLATFORM_UNSUPPORTED',
]

/** What came of the trial. None when another finding says it. */
export function sandboxFindings(facts: HostFacts, trial: Trial): Finding[] {
  if (trial.kind === 'not-tried') return []
  const how = 'a sandbox was started'
  if (trial.kind === 'ran')
    return [fine('sandbox', 'a command runs in a sandbox, with a seccomp filter', how)]
  if (EXPLAINED.includes(trial.code) || REFUSED_NAMESPACE.test(trial.message)) return []
  const refusal = refusalIn(trial.message)
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
