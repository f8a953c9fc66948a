import { isSandboxError } from '@linux-sandbox/errors'
import {
  describeHost,
  landlockAbi,
  nodeDisk,
  requirePlatform,
  type HostFacts,
} from '@linux-sandbox/host-probe'
import { cachedDiskView } from '@linux-sandbox/mount-plan'
import { nativeProgramPath } from '@linux-sandbox/native'
import {
  absolutePath,
  resolvePolicy,
  validateProfile,
  workspaceWrite,
  type AbsolutePath,
  type ResolvedPolicy,
} from '@linux-sandbox/policy'
import { sharedHost } from '../host.js'
import { launchRefusal } from '../launch-check.js'
import { findBwrap } from '../launcher-choice.js'
import type { SandboxOptions } from '../options.js'
import { fine, finding, type Finding } from './finding.js'
import { confinementFindings, hostFindings } from './host-findings.js'
import {
  bwrapFinding,
  nativeLaunchFinding,
  procFinding,
  sandboxFindings,
  type BwrapFact,
  type NativeLaunchFact,
} from './launcher-findings.js'
import { resourceFindings } from './place-findings.js'
import {
  describeRoots,
  fileSystemFindings,
  hardLinkFindings,
  withoutHanging,
  type RootFact,
} from './root-findings.js'
import { trySandbox, type Trial } from './trial.js'
import { userNamespaceFinding } from './user-namespace-findings.js'

/** A profile, and what its entries mean: as for a sandbox. */
export type PolicyOptions = Pick<SandboxOptions, 'profile' | 'policyCwd' | 'tmpdir' | 'protectedNames'>

export interface ExamineOptions extends Partial<PolicyOptions> {
  /** Whether a command that does nothing is run in a sandbox. Default `true`: switches do not tell everything. */
  readonly trial?: boolean
}

/** What was learned about a host. Plain data, the same in JSON. */
export interface HostReport {
  readonly facts: ExaminedFacts
  /** In a fixed order; what is as it should be is among them. */
  readonly findings: readonly Finding[]
}

export interface ExaminedFacts extends HostFacts {
  readonly platform: string
  readonly arch: string
  readonly nativeProgram?: string
  /** 0: no Landlock. Absent: it could not be asked. */
  readonly landlockAbi?: number
  readonly bwrap: BwrapFact
  /** Absent: it could not be asked. */
  readonly nativeLaunch?: NativeLaunchFact
  readonly writableRoots: readonly RootFact[]
  readonly trial: Trial
}

/**
 * Finds out what this host can enforce, for policies in general and for one in particular: by default the one that lets the working
 * directory and the temporary directories be written. Starts one sandbox, changes nothing.
 *
 * @throws {PolicyInvalidError} when the profile does not mean anything.
 */
export async function examineHost({ trial = true, ...options }: ExamineOptions = {}): Promise<HostReport> {
  const profile = options.profile ?? workspaceWrite({ root: options.policyCwd ?? process.cwd() })
  const policy = policyOf({ ...options, profile })
  const native = factOf(nativeProgramPath)
  const { value: program } = native
  const abi = program === undefined ? undefined : factOf(() => landlockAbi(program)).value
  const facts: ExaminedFacts = {
    ...describeHost(),
    platform: process.platform,
    arch: process.arch,
    ...(program === undefined ? {} : { nativeProgram: program }),
    ...(abi === undefined ? {} : { landlockAbi: abi }),
    ...(program === undefined ? {} : { nativeLaunch: nativeLaunchFact(program) }),
    // The choice looks at every path of the policy.
    bwrap: bwrapFact(withoutHanging(policy), absolutePath(options.policyCwd ?? process.cwd())),
    writableRoots: describeRoots(policy),
    trial: trial ? await trySandbox() : { kind: 'not-tried', reason: 'it was not asked for' },
  }
  return { facts, findings: findingsFor(facts, policy, native.problem) }
}

/** The policy that `options` come to. */
export function policyOf({ profile, policyCwd, tmpdir, protectedNames }: PolicyOptions): ResolvedPolicy {
  return resolvePolicy(validateProfile(profile), {
    cwd: absolutePath(policyCwd ?? process.cwd()),
    tmpdir: tmpdir ?? process.env['TMPDIR'],
    protectedNames,
  })
}

function findingsFor(
  facts: ExaminedFacts,
  policy: ResolvedPolicy,
  nativeProblem: string | undefined,
): Finding[] {
  const platform = platformFinding(facts)
  if (platform.severity === 'problem') return [platform]
  const { bwrap, trial, writableRoots, nativeLaunch } = facts
  const start = [platform, nativeFinding(facts, nativeProblem)]
  const end = [...fileSystemFindings(writableRoots), ...hardLinkFindings(policy, writableRoots)]
  if (!facts.hasProc) {
    return [
      ...start,
      procMissingFinding(),
      bwrapFinding(bwrap, trial, nativeLaunch),
      ...sandboxFindings(facts, trial),
      ...end,
    ]
  }
  return [
    ...start,
    ...hostFindings(facts),
    bwrapFinding(bwrap, trial, nativeLaunch),
    ...(nativeLaunch === undefined ? [] : [nativeLaunchFinding(nativeLaunch, facts)]),
    userNamespaceFinding(facts, trial, bwrap.path ?? '/usr/bin/bwrap'),
    ...confinementFindings(facts, facts.landlockAbi),
    ...sandboxFindings(facts, trial),
    procFinding(facts, trial),
    ...resourceFindings(facts),
    ...end,
  ]
}

function platformFinding({ platform, arch }: ExaminedFacts): Finding {
  const how = 'process.platform and process.arch'
  const { value, problem = '' } = factOf(() => requirePlatform({ platform, arch }))
  if (value !== undefined) return fine('platform', `Linux on ${value}`, how)
  const remedy = ['run it in a Linux container or virtual machine on x86_64 or aarch64']
  return finding('platform-unsupported', { what: problem, how, cost: 'nothing can be sandboxed', remedy })
}

function nativeFinding({ nativeProgram }: ExaminedFacts, problem = ''): Finding {
  const how = 'the package @linux-sandbox/native, $LINUX_SANDBOX_NATIVE'
  if (nativeProgram !== undefined) return fine('native-program', nativeProgram, how)
  return finding('native-program-missing', {
    what: problem,
    how,
    cost: 'no command can run in a sandbox',
    remedy: ['install linux-sandbox again; in a checkout: npm run build; unset LINUX_SANDBOX_NATIVE'],
  })
}

function procMissingFinding(): Finding {
  return finding('proc-missing', {
    what: '/proc is not mounted',
    how: '/proc/self/status cannot be read',
    cost: 'no command can run in a sandbox, and nothing else can be found out about this host',
    remedy: ['mount -t proc proc /proc'],
  })
}

function nativeLaunchFact(program: string): NativeLaunchFact {
  const refusal = launchRefusal(program)
  return refusal === undefined ? { kind: 'possible' } : { kind: 'refused', ...refusal }
}

function bwrapFact(policy: ResolvedPolicy, workspace: AbsolutePath): BwrapFact {
  try {
    const { path, options } = findBwrap({
      policy,
      workspace,
      host: sharedHost(),
      disk: cachedDiskView(nodeDisk),
    })
    return { path, options: [...options] }
  } catch (error) {
    if (!isSandboxError(error)) throw error
    const { code, message, hint = '' } = error
    return { code, message, hint }
  }
}

/** What `find` gives, or the message of the error that it throws. */
function factOf<Value>(
  find: () => Value,
):
  { readonly value: Value; readonly problem?: never } | { readonly value?: never; readonly problem: string } {
  try {
    return { value: find() }
  } catch (error) {
    if (!isSandboxError(error)) throw error
    return { problem: error.message }
  }
}
