import type { FailedStep } from '@linux-sandbox/errors'
import { isAtLeast, type HostFacts } from '@linux-sandbox/host-probe'
import { errnoName } from '../errno-name.js'
import { refusalIn } from './launcher-refusals.js'
import { causeOf, describe, REFUSED_NAMESPACE } from './user-namespace-findings.js'

/** With mount_setattr(2); nothing takes its place. */
export const NATIVE_KERNEL = [5, 12] as const

/** What the native program was doing when the kernel refused it, as a sentence without its errno. `doctor` knows them again. */
const SENTENCES: Readonly<Record<string, string>> = {
  namespaces: 'new namespaces could not be made',
  'id-maps': 'ids could not be mapped',
  loopback: 'loopback could not be brought up',
  mounts: 'nothing could be mounted',
  root: 'the new root could not be mounted',
  spawn: 'the native program gave no answer',
}

/** The mounts are there, but the old root cannot be left. @see pivot_root(2) */
const EINVAL = 22

/** What the kernel refused, with the errno in brackets. */
export function sentenceOf({ step, errno }: FailedStep): string {
  const isRootKept = step === 'root' && errno === EINVAL
  const sentence = isRootKept ? 'the new root could not be entered' : (SENTENCES[step] ?? step)
  return `${sentence} (${errnoName(errno)})`
}

/** What keeps the native program from making sandboxes on a host with `facts`, and what helps. */
export function nativeRefusal(
  failed: FailedStep,
  facts: HostFacts,
): { readonly what: string; readonly remedy: readonly string[] } {
  const { release } = facts.kernel
  if (!isAtLeast(release, NATIVE_KERNEL)) {
    const needed = NATIVE_KERNEL.join('.')
    return {
      what: `Linux ${release} is too old for sandboxes without bwrap`,
      remedy: [`boot Linux ${needed} or newer`],
    }
  }
  const said = sentenceOf(failed)
  if (REFUSED_NAMESPACE.test(said)) {
    return describe(causeOf(facts, said), facts, { bwrapPath: NO_BWRAP, said })
  }
  const refusal = refusalIn(said)
  if (refusal !== undefined) return { what: refusal.what, remedy: refusal.remedy(facts) }
  return { what: said, remedy: ['this user may have reached a limit; see ulimit -a'] }
}

/** For which AppArmor has no profile. */
const NO_BWRAP = ''
