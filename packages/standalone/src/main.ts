import { requirePlatform } from '@linux-sandbox/host-probe'
import { commandFilterBytes, relayFilterBytes } from '@linux-sandbox/seccomp-filter'
import { runMain } from 'linux-sandbox'
import { facts, host } from './host.js'
import { deliverNext, hasChild } from './node/events.js'
import { process } from './node/process.js'

let isStarted = false
let isDone = false

/** What the C program calls whenever nothing is due: starts the helper, then waits for what happens next, until there is nothing left. */
export function turn(): void {
  if (!isStarted) start()
  else if (hasChild()) deliverNext()
  else if (isDone) host.exit(process.exitCode ?? 0)
}

function start(): void {
  isStarted = true
  void runMain(host.arguments()).then(() => (isDone = true))
}

/** Does before the state of the engine is kept what every start would do again. */
export function warmUp(): void {
  const arch = requirePlatform(process)
  relayFilterBytes(arch)
  for (const network of ['private-network', 'no-network', 'host-network'] as const) {
    for (const unixSockets of [false, true]) {
      for (const seesHostProcesses of [false, true]) {
        commandFilterBytes({ arch, network, unixSockets, seesHostProcesses })
      }
    }
  }
}

export { facts }
