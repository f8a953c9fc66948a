import { existsSync } from 'node:fs'
import { describeHost, describeWsl, isAtLeast, isOnPath, type HostFacts } from '@linux-sandbox/host-probe'
import { bundledBwrapPath } from '../installation.js'
import { policyOf, type PolicyOptions } from './examine-host.js'
import { finding, type Finding } from './finding.js'
import { wslFinding } from './host-findings.js'
import { bwrapMissingFinding } from './launcher-findings.js'
import { NATIVE_KERNEL } from './native-refusals.js'
import { tmpFinding } from './place-findings.js'
import { causeOf, describe, doubtfulFinding, isDoubtful, NO_SANDBOX } from './user-namespace-findings.js'

/**
 * What is known to keep commands under this policy from starting: WSL1, a missing bwrap where the kernel is too old for sandboxes without one,
 * or with one but no `/tmp`; and user namespaces that are refused. For programs to show when they start: reads some small files, starts no process and prints nothing. Nothing is found for a policy that restricts nothing.
 *
 * @throws {PolicyInvalidError} when the profile does not mean anything.
 */
export function startupWarnings(options: PolicyOptions): Finding[] {
  const { fileSystem, network } = policyOf(options)
  if (fileSystem.kind === 'unrestricted' && network === 'enabled') return []
  const wsl = describeWsl()
  if (wsl === 'WSL1') return [wslFinding({ wsl })]
  const searchPath = process.env['PATH']
  const isThere = isOnPath('bwrap', searchPath) || existsSync(bundledBwrapPath())
  const facts = describeHost()
  const isNeeded = !isAtLeast(facts.kernel.release, NATIVE_KERNEL)
  const missing =
    isThere || !isNeeded ? [] : [bwrapMissingFinding('there is no bwrap in PATH, and none is bundled')]
  const tmp = facts.hasTmp || !isThere || !isNeeded ? [] : [tmpFinding(facts)]
  return [...missing, ...userNamespaceWarnings(facts), ...tmp]
}

function userNamespaceWarnings(facts: HostFacts): Finding[] {
  const cause = causeOf(facts, undefined)
  if (cause === undefined) return isDoubtful(facts) ? [doubtfulFinding(facts)] : []
  const { id, what, found, remedy } = describe(cause, facts, { bwrapPath: '/usr/bin/bwrap' })
  return [finding(id, { what, how: found, cost: NO_SANDBOX, remedy })]
}
