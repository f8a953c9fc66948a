import type { ChildProcess } from 'node:child_process'
import type { EnterRequest, ProcessEnd, ResourceLimit } from '@linux-sandbox/native'
import { nodeDisk } from '@linux-sandbox/host-probe'
import { cachedDiskView, type DiskView } from '@linux-sandbox/mount-plan'
import type { ResolvedPolicy } from '@linux-sandbox/policy'
import type { Backend, CommandCount, Launch, Making } from './backend.js'
import { checkCommand, commandWords, definedVariables, directoryOf } from './command.js'
import { confinementOf, isUnconfined, type Confinement } from './confinement.js'
import { sharedHost, type Host } from './host.js'
import { chooseBackend } from './launch.js'
import { resourceLimits } from './limits.js'
import {
  checkSandboxOptions,
  checkSpawnOptions,
  SPAWN_RULES,
  type SandboxOptions,
  type SandboxSpawnOptions,
} from './options.js'
import type { ProxyOptions } from './proxy/options.js'
import { wireProxies } from './proxy/wiring.js'
import type { Enforced, Note, RunResult, Violation } from './result.js'
import { collect, RUN_RULES, type SandboxRunOptions } from './run.js'
import { spawnSupervised } from './supervised-child.js'
import { spawnUnconfined } from './unconfined-child.js'
import { placeholderViolation, violationsAfter } from './violations.js'

/** What confines every command of one sandbox. */
interface Confining {
  readonly backend: Backend
  readonly limits: readonly ResourceLimit[]
  readonly proxy: ProxyOptions | undefined
}

/** A child, and what the sandbox around it is like. */
interface Started {
  readonly child: ChildProcess
  /** Where it is known before the child's exit: the end of the command. */
  readonly ended?: Promise<ProcessEnd>
  readonly enforced: () => Enforced
  /** Once the command has ended. */
  readonly violations: () => readonly Violation[]
}

/** Starts the commands of one sandbox. */
export class SandboxCommands {
  readonly policy: ResolvedPolicy
  readonly #host: Host
  /** `undefined` when the policy restricts nothing. */
  readonly #confining: Confining | undefined
  /** What was seen of the disk when this was made, for the one command that is started at once. */
  #seen: DiskView | undefined

  /** @throws what `Sandbox.create` throws; with `one` command, a policy that cannot be enforced on this disk fails when it is started. */
  constructor(options: SandboxOptions, commands: CommandCount = 'many') {
    checkSandboxOptions(options)
    const host = sharedHost()
    const disk = cachedDiskView(nodeDisk)
    const confinement = confinementOf(options, host.nativeProgram, disk)
    this.policy = confinement.policy
    this.#host = host
    this.#confining = confiningOf(confinement, host, { options, commands, disk })
    if (commands === 'one') this.#seen = disk
  }

  /** As `Sandbox.spawn`. */
  spawn(command: string, args: readonly string[], options: SandboxSpawnOptions): ChildProcess {
    checkSpawnOptions(options, SPAWN_RULES)
    return this.#start(command, args, options).child
  }

  /** As `Sandbox.run`. */
  async run(
    command: string,
    args: readonly string[],
    options: SandboxRunOptions,
  ): Promise<RunResult<string | Buffer>> {
    checkSpawnOptions(options, RUN_RULES)
    const { enforced, violations, ...started } = this.#start(command, args, options)
    const collected = await collect(started, options)
    const facts = enforced()
    return { ...collected, enforced: facts, violations: [...violations(), ...violationsAfter(facts.notes)] }
  }

  #start(command: string, args: readonly string[], options: SandboxSpawnOptions): Started {
    checkCommand(command, args)
    if (this.#confining === undefined) {
      const child = spawnUnconfined(command, args, options)
      const enforced: Enforced = {
        filesystem: 'none',
        network: 'host',
        seccomp: false,
        proc: 'host',
        notes: this.policy.notes,
      }
      return { child, enforced: () => enforced, violations: () => [] }
    }
    const { backend, limits, proxy } = this.#confining
    const given = (): Record<string, string> => definedVariables(options.env ?? process.env)
    const wiring = proxy && wireProxies(proxy, given())
    const prepare = (): Launch => {
      const enter: EnterRequest = {
        argv: commandWords(command, args, options.shell),
        env: wiring?.environment ?? given(),
        cwd: directoryOf(options.cwd),
        filter: backend.filter,
        limits,
        ...(wiring === undefined ? {} : { listeners: wiring.listeners }),
      }
      const disk = this.#seen ?? cachedDiskView(nodeDisk)
      this.#seen = undefined
      return backend.prepare(enter, disk)
    }
    const { child, launch, reports } = spawnSupervised(prepare, this.#host, {
      ...options,
      launcherDescriptor: backend.launcherDescriptor(),
      namespaces: backend.namespaces,
      wiring,
    })
    // While the launcher starts, so that it costs no time.
    const findChanged = launch.watch()
    return {
      child,
      ended: reports.ended,
      violations: () => [...reports.violations.map(placeholderViolation), ...findChanged()],
      enforced: () => withNotes(launch.enforced(reports.started), wiring?.notes),
    }
  }
}

function confiningOf(confinement: Confinement, host: Host, making: Making): Confining | undefined {
  const { options } = making
  const limits = resourceLimits(options.limits ?? {}, { isRoot: process.geteuid?.() === 0 })
  const needsNothing = isUnconfined(confinement) && options.backend !== 'inner'
  if (needsNothing && limits.length === 0) return undefined

  const { proxy } = confinement
  // What is given here does not depend on the environment of a command.
  if (proxy !== undefined && proxy.from === undefined) wireProxies(proxy, {})
  return { backend: chooseBackend(confinement, host, making), limits, proxy }
}

function withNotes(enforced: Enforced, notes: readonly Note[] = []): Enforced {
  return { ...enforced, notes: [...enforced.notes, ...notes] }
}
