import { ANY_COMMAND, type Backend, type Making } from './backend.js'
import { autoBackend } from './auto-launch.js'
import { bwrapBackend } from './bwrap-launch.js'
import type { Confinement } from './confinement.js'
import type { Host } from './host.js'
import { innerBackend } from './inner-launch.js'
import { landlockBackend } from './landlock-launch.js'
import { nativeBackend } from './native-launch.js'

/** Each has a file of its own. */
const BACKENDS = {
  bwrap: bwrapBackend,
  native: nativeBackend,
  inner: innerBackend,
  landlock: landlockBackend,
}

/**
 * The backend that the options ask for; one that enforces most, unless they name one. None that enforces less is ever taken because another
 * one does not work here: a weaker sandbox is for the caller to choose.
 *
 * One for many commands has prepared one already, so that a policy that cannot be enforced fails here and not at the first command.
 *
 * @throws {BwrapMissingError} @throws {BwrapTooOldError} when bwrap is needed and there is none to use.
 * @throws {PolicyUnsupportedError} for an option that the backend does not have, and when the policy cannot be enforced on this disk.
 */
export function chooseBackend(confinement: Confinement, host: Host, making: Making): Backend {
  const { backend = 'auto' } = making.options
  if (backend === 'auto') return autoBackend(confinement, host, making)
  const chosen = BACKENDS[backend](confinement, host, making)
  if (making.commands === 'many') chosen.prepare(ANY_COMMAND, making.disk)
  return chosen
}
