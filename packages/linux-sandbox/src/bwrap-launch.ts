import { bwrapArgs } from '@linux-sandbox/bwrap-args'
import { isEmpty, scopeRuleset } from '@linux-sandbox/landlock'
import { ENTER_PROGRAM, STATUS_SOCKET, type EnterRequest } from '@linux-sandbox/native'
import type { Bwrap } from '@linux-sandbox/host-probe'
import type { Backend, Launch } from './backend.js'
import type { Confinement } from './confinement.js'
import { refuseWsl1 } from './doctor/refuse-wsl1.js'
import { expectedMounts } from './expected-mounts.js'
import { commandFilter, type FilterTarget } from './filter.js'
import type { Host } from './host.js'
import { findBwrap, verifiedDescriptor } from './launcher-choice.js'
import { mountPlanner, type MountPlans } from './mount-plans.js'
import { watchProtections } from './protection-watch.js'
import type { Note } from './result.js'

/**
 * Confines commands by namespaces and mounts that bubblewrap sets up.
 *
 * @throws {BwrapMissingError} @throws {BwrapTooOldError} when there is no bwrap to use.
 * @throws {BwrapDigestMismatchError} when there is only the bundled bwrap, and it was altered.
 * @throws {WslUnsupportedError} on WSL1.
 */
export function bwrapBackend(confinement: Confinement, host: Host): Backend {
  refuseWsl1()
  const bwrap = findBwrap(confinement.policy, confinement.workspace, host)
  const processes = processConfinement(confinement, host)
  const plan = mountPlanner(confinement, host)
  return {
    filter: commandFilter(confinement, bwrapFilterTarget(confinement, host)),
    launcherDescriptor: () => verifiedDescriptor(bwrap, host),
    prepare(enter) {
      return prepare(confinement, {
        host,
        bwrap,
        plans: plan(),
        enter: { ...enter, ...processes.enter },
        notes: processes.notes,
      })
    },
  }
}

/** What the filter for commands in such a sandbox depends on. */
export function bwrapFilterTarget(confinement: Confinement, { arch }: Host): FilterTarget {
  const { network, unixSockets, pidNamespace } = confinement
  return {
    arch,
    network: network === 'host' ? 'host-network' : 'private-network',
    unixSockets,
    seesHostProcesses: pidNamespace === 'inherited',
  }
}

interface ProcessConfinement {
  readonly enter: Pick<EnterRequest, 'lifetime' | 'landlock'>
  readonly notes: readonly Note[]
}

/** What keeps the processes of the command to themselves, besides what bubblewrap does. */
function processConfinement({ policy, pidNamespace }: Confinement, host: Host): ProcessConfinement {
  if (pidNamespace === 'private') return { enter: {}, notes: [] }
  const { ruleset, notes } = scopeRuleset(policy, host.landlockAbi)
  return { enter: { lifetime: 'subreaper', ...(isEmpty(ruleset) ? {} : { landlock: ruleset }) }, notes }
}

interface Preparation {
  readonly host: Host
  readonly bwrap: Bwrap
  readonly plans: MountPlans
  readonly enter: EnterRequest
  /** Of what is not enforced, besides what the plan says. */
  readonly notes: readonly Note[]
}

/** Prints the bwrap arguments for the mounts. */
function prepare(confinement: Confinement, { host, bwrap, plans, enter, notes }: Preparation): Launch {
  const { policy, network, pidNamespace, setupTimeoutMs } = confinement
  const triesFreshProc = confinement.proc === 'fresh' && !host.refusesFreshProc
  const argv = (proc: 'fresh' | 'host'): string[] => {
    const { mounts } = plans[proc]
    const command = [mounts.program ?? ENTER_PROGRAM, 'enter', STATUS_SOCKET]
    return bwrapArgs({ mounts, network, proc, pidNamespace, command }, bwrap)
  }
  const { mounts, registry } = plans[triesFreshProc ? 'fresh' : 'host']
  return {
    request: {
      launcher: bwrap.path,
      launcherArgv: argv(triesFreshProc ? 'fresh' : 'host'),
      ...(triesFreshProc ? { fallbackArgv: argv('host') } : {}),
      setupTimeoutMs,
      enter,
      ...(registry === undefined ? {} : { registry }),
      placeholders: mounts.placeholders,
      mounts: expectedMounts(mounts.operations),
      reraise: true,
    },
    noteStarted({ attempt }) {
      if (triesFreshProc) host.noteAttempt(attempt)
    },
    enforced: (started) => ({
      filesystem: 'bwrap',
      network,
      seccomp: true,
      proc: triesFreshProc && started?.attempt === 'first' ? 'fresh' : 'host',
      notes: [...policy.notes, ...mounts.notes, ...notes],
    }),
    watch: () => watchProtections(mounts),
  }
}
