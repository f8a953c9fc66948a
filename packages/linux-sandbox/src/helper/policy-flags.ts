import {
  absolutePath,
  parseFileSystemPolicy,
  parseNetworkPolicy,
  parseProfile,
  parseSandboxPolicy,
  profileFromSandboxPolicy,
  profileFromSplit,
  resolvePolicy,
  sameMeaning,
  type PermissionProfile,
  type ResolvedPolicy,
} from '@linux-sandbox/policy'
import { UsageError } from '../usage.js'
import { PROGRAM } from './flags.js'

/** The ways to say a policy, each as JSON. At least one is given. */
export interface PolicyFlags {
  readonly permissionProfile: string | undefined
  readonly sandboxPolicy: string | undefined
  readonly fileSystem: string | undefined
  readonly network: string | undefined
  readonly policyCwd: string
}

interface Said {
  readonly how: string
  readonly profile: PermissionProfile
}

/**
 * The profile that the flags say. More than one way to say it is allowed as long as all mean the same.
 *
 * @throws {PolicyInvalidError} when one cannot be parsed.
 * @throws {UsageError} when two mean different things: which one was meant is not for us to guess.
 */
export function profileFromFlags(flags: PolicyFlags): PermissionProfile {
  const [first, ...others] = saidBy(flags)
  if (first === undefined) throw new UsageError('--permission-profile is missing', PROGRAM)
  const resolve = ({ profile }: Said): ResolvedPolicy =>
    resolvePolicy(profile, { cwd: absolutePath(flags.policyCwd), tmpdir: process.env['TMPDIR'] })
  const different = others.find((other) => !sameMeaning(resolve(first), resolve(other)))
  if (different === undefined) return first.profile
  throw new UsageError(`${first.how} and ${different.how} do not mean the same`, PROGRAM)
}

function saidBy({ permissionProfile, sandboxPolicy, fileSystem, network, policyCwd }: PolicyFlags): Said[] {
  const said: Said[] = []
  if (permissionProfile !== undefined) {
    said.push({ how: '--permission-profile', profile: parseProfile(permissionProfile) })
  }
  if (fileSystem !== undefined && network !== undefined) {
    said.push({
      how: '--file-system-sandbox-policy with --network-sandbox-policy',
      profile: profileFromSplit(parseFileSystemPolicy(fileSystem), parseNetworkPolicy(network)),
    })
  }
  if (sandboxPolicy !== undefined) {
    const profile = profileFromSandboxPolicy(parseSandboxPolicy(sandboxPolicy), {
      cwd: absolutePath(policyCwd),
    })
    said.push({ how: '--sandbox-policy', profile })
  }
  return said
}
