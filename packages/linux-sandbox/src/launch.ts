import type { Backend } from './backend.js'
import { bwrapBackend } from './bwrap-launch.js'
import type { Confinement } from './confinement.js'
import type { Host } from './host.js'
import { innerBackend } from './inner-launch.js'
import { landlockBackend } from './landlock-launch.js'
import type { SandboxOptions } from './options.js'

/** Each has a file of its own. */
const BACKENDS = { bwrap: bwrapBackend, inner: innerBackend, landlock: landlockBackend }

/**
 * The backend that `options` ask for; bubblewrap, which enforces most, unless they name one. None is ever taken because another one does
 * not work here: a weaker sandbox is for the caller to choose.
 *
 * @throws {BwrapMissingError} when bwrap is needed and there is none.
 * @throws {PolicyUnsupportedError} for an option that the backend does not have.
 */
export function chooseBackend(confinement: Confinement, host: Host, options: SandboxOptions): Backend {
  const { backend = 'auto' } = options
  return BACKENDS[backend === 'auto' ? 'bwrap' : backend](confinement, host, options)
}
