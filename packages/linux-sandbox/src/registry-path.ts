import { accessSync, constants, lstatSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { absolutePath, parseAbsolutePath, type AbsolutePath } from '@linux-sandbox/policy'

/** Where a registry of placeholders can be: a directory that exists, and the registry's name in it. */
interface Candidate {
  readonly directory: string | undefined
  readonly name: string
}

export interface RegistryPath {
  readonly path: AbsolutePath
  /** Whether the registry is there already. */
  readonly exists: boolean
}

/**
 * The path at which this user's placeholders are registered: the first that this process can use, whatever the policy, so that every sandbox
 * finds what another one has left. `undefined` when there is none.
 */
export function registryPath(): RegistryPath | undefined {
  for (const candidate of candidates()) {
    const found = usablePath(candidate)
    if (found !== undefined) return found
  }
  return undefined
}

/** The registry in which the static helper keeps earlier starts; `undefined` where this user has none that no variable names. */
export function fixedRegistry(): AbsolutePath | undefined {
  const [fixed] = candidates()
  return fixed && usablePath(fixed)?.path
}

/**
 * In an order that every process of a user agrees on. The first is where no variable leads: what every sandbox of the user must hide, as the
 * static helper keeps earlier starts there (`find_registry` in packages/standalone/native/memory.c names it, too). What lies in memory comes
 * before what does not: it needs no clearing after a crash.
 */
function candidates(): Candidate[] {
  const uid = process.geteuid?.() ?? 0
  const home = process.env['HOME']
  return [
    { directory: uid === 0 ? '/run' : `/run/user/${uid}`, name: 'linux-sandbox' },
    { directory: process.env['XDG_RUNTIME_DIR'], name: 'linux-sandbox' },
    {
      directory: process.env['XDG_STATE_HOME'] ?? (home && join(home, '.local/state')),
      name: 'linux-sandbox',
    },
    { directory: home, name: '.linux-sandbox' },
    { directory: '/tmp', name: `linux-sandbox-${uid}` },
  ]
}

function usablePath({ directory, name }: Candidate): RegistryPath | undefined {
  if (directory === undefined || parseAbsolutePath(directory) === undefined) return undefined
  try {
    // The native program follows no link on its way to the registry.
    const path = absolutePath(join(realpathSync(directory), name))
    const exists = lstatSync(path, { throwIfNoEntry: false }) !== undefined
    accessSync(exists ? path : directory, constants.W_OK | constants.X_OK)
    return { path, exists }
  } catch {
    return undefined // not there, or not ours
  }
}
