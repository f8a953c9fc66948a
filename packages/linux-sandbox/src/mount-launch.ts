import { isEmpty, scopeRuleset } from '@linux-sandbox/landlock'
import type { MountPlan } from '@linux-sandbox/mount-plan'
import type { EnterRequest, SuperviseRequest } from '@linux-sandbox/native'
import type { Backend, CommandCount, Launch } from './backend.js'
import type { Confinement } from './confinement.js'
import { commandFilter, type FilterTarget } from './filter.js'
import type { Host } from './host.js'
import { mountPlanner, type MountPlans } from './mount-plans.js'
import { watchProtections } from './protection-watch.js'
import type { Note } from './result.js'

/** What makes the namespaces of a sandbox and what is mounted in them. */
export interface Launcher {
  /** How many it is to start. */
  readonly commands: CommandCount
  readonly name: 'bwrap' | 'native'
  readonly descriptor: Backend['launcherDescriptor']
  readonly namespaces: Backend['namespaces']
  /**
   * What `supervise` is asked to do.
   *
   * @throws {PolicyUnsupportedError} when it cannot.
   */
  readonly request: (mounting: Mounting) => Partial<SuperviseRequest>
}

/** What is to be mounted, and in which namespaces. */
export interface Mounting extends Pick<Confinement, 'network' | 'pidNamespace'> {
  readonly proc: 'fresh' | 'host'
  readonly mounts: MountPlan
  /** For a second attempt, should a fresh `/proc` be refused. */
  readonly fallback: MountPlan | undefined
}

/** A backend that can also be given the plans. */
export interface MountBackend extends Backend {
  readonly launch: (plans: MountPlans, enter: EnterRequest) => Launch
}

/** Confines commands by namespaces and mounts that `launcher` sets up. */
export function mountBackend(confinement: Confinement, host: Host, launcher: Launcher): MountBackend {
  const processes = processConfinement(confinement, host)
  const plan = mountPlanner(confinement, host, launcher.commands)
  const launch = (plans: MountPlans, enter: EnterRequest): Launch =>
    launchOf(confinement, {
      host,
      launcher,
      plans,
      enter: { ...enter, ...processes.enter },
      notes: processes.notes,
    })
  return {
    filter: commandFilter(confinement, mountFilterTarget(confinement, host)),
    launcherDescriptor: launcher.descriptor,
    namespaces: launcher.namespaces,
    launch,
    prepare: (enter, disk) => launch(plan(disk), enter),
  }
}

/** What the filter for commands in such a sandbox depends on. */
export function mountFilterTarget(confinement: Confinement, { arch }: Host): FilterTarget {
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

/** What keeps the processes of the command to themselves, besides namespaces. */
function processConfinement({ policy, pidNamespace }: Confinement, host: Host): ProcessConfinement {
  if (pidNamespace === 'private') return { enter: {}, notes: [] }
  const { ruleset, notes } = scopeRuleset(policy, host.landlockAbi)
  return { enter: { lifetime: 'subreaper', ...(isEmpty(ruleset) ? {} : { landlock: ruleset }) }, notes }
}

interface Preparation {
  readonly host: Host
  readonly launcher: Launcher
  readonly plans: MountPlans
  readonly enter: EnterRequest
  /** Of what is not enforced, besides what the plan says. */
  readonly notes: readonly Note[]
}

function launchOf(confinement: Confinement, { host, launcher, plans, enter, notes }: Preparation): Launch {
  const { policy, network, pidNamespace, setupTimeoutMs } = confinement
  const triesFreshProc = confinement.proc === 'fresh' && !host.refusesFreshProc
  const proc = triesFreshProc ? 'fresh' : 'host'
  const { mounts, registry } = plans[proc]
  const fallback = triesFreshProc ? plans.host.mounts : undefined
  return {
    request: {
      setupTimeoutMs,
      // bubblewrap leaves none, and the native launch all of its user namespace.
      enter: { ...enter, dropCapabilities: launcher.name === 'native' },
      ...(registry === undefined ? {} : { registry }),
      placeholders: mounts.placeholders,
      reraise: true,
      ...launcher.request({ network, pidNamespace, proc, mounts, fallback }),
    },
    noteStarted({ attempt }) {
      if (triesFreshProc) host.noteAttempt(attempt)
    },
    enforced: (started) => ({
      filesystem: launcher.name,
      network,
      seccomp: true,
      proc: triesFreshProc && started?.attempt === 'first' ? 'fresh' : 'host',
      notes: [...policy.notes, ...mounts.notes, ...notes],
    }),
    watch: () => watchProtections(mounts),
  }
}
