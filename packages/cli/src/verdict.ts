import { accessOf, PolicyUnsupportedError, type PreviewedAccess, type SandboxPreview } from 'linux-sandbox'
import { describeReason, printable, type AbsolutePath } from '@linux-sandbox/policy'
import type { Cause } from '@linux-sandbox/mount-plan'
import { printableText } from './text.js'

/** What a sandbox lets a command do with a path, in words. */
export interface Verdict extends PreviewedAccess {
  /** As it was asked about. */
  readonly asked: AbsolutePath
  readonly rule: string
}

export function verdictOn(preview: SandboxPreview, asked: AbsolutePath): Verdict {
  try {
    const found = preview.accessOf(asked)
    return { ...found, asked, rule: ruleOf(preview, found) }
  } catch (error) {
    if (!(error instanceof PolicyUnsupportedError)) throw error
    return leadsNowhere(asked, error)
  }
}

/** Nobody can open what cannot be found by any name. */
function leadsNowhere(path: AbsolutePath, { entry, message }: PolicyUnsupportedError): Verdict {
  const rule = printableText(message.slice(message.indexOf(entry) + `${entry}: `.length))
  const cause = { kind: 'base', reason: rule } as const
  return {
    asked: path,
    path,
    links: [],
    exists: false,
    isVisible: true,
    access: 'deny',
    rule,
    cause,
    place: 'root',
  }
}

/**
 * The rule in the words of the policy where it speaks of the place by its name; of what is of the sandbox's own, or was found on the disk,
 * only the plan knows.
 */
function ruleOf({ policy }: SandboxPreview, { path, access, cause, place }: PreviewedAccess): string {
  const isHosts = place === 'root' || place === 'bind' || place === 'mask-file' || place === 'mask-directory'
  const decision = accessOf(policy, path)
  const isByName = isHosts && cause.kind !== 'git' && decision.access === access
  if (isByName) return describeReason(decision.decidedBy)
  if (place === 'dev' || place === 'proc') return `the sandbox has its own /${place}: ${describeCause(cause)}`
  return describeCause(cause)
}

/** Why an operation is in a plan, as a phrase that is safe to print. */
export function describeCause(cause: Cause): string {
  switch (cause.kind) {
    case 'entry':
      return `entries[${cause.origin.index}], ${printable(cause.origin.spelling)}`
    case 'protected-name':
      return `the protected name ${printable(cause.name)}: ${cause.reason}`
    case 'git':
      return `git, ${printable(cause.repository)}: ${cause.reason}`
    case 'platform-default':
      return `the platform default ${printable(cause.path)}`
    case 'base':
      return printableText(cause.reason)
  }
}

/** `PATH`, and where it leads if that is elsewhere. */
export function describePath({ asked, path }: Verdict): string {
  return path === asked ? printable(asked) : `${printable(asked)}, which leads to ${printable(path)}`
}

/** What else is to know about a path, each as a phrase. */
export function remarksOn({ exists, isVisible, access }: Verdict): string[] {
  if (!isVisible) return ['this user cannot look there, so links in it are not followed']
  if (exists || access === 'deny') return []
  return [access === 'write' ? 'nothing is there; it could be created' : 'nothing is there']
}
