import { absolutePath, resolvePolicy, validateProfile } from '@linux-sandbox/policy'
import type { Confinement } from './launch.js'
import type { SandboxOptions } from './options.js'

/**
 * What checked `options` come to in this process, every default filled in. Does not look at the disk.
 *
 * @throws {PolicyInvalidError} when the profile or a path in the options does not mean anything.
 */
export function confinementOf(options: SandboxOptions): Confinement {
  const policy = resolvePolicy(validateProfile(options.profile), {
    cwd: absolutePath(options.policyCwd ?? process.cwd()),
    tmpdir: options.tmpdir ?? process.env['TMPDIR'],
    protectedNames: options.protectedNames,
  })
  const { gitWrites = 'none', proc = 'fresh', nestedSandbox = false, privateTmp = false } = options
  const devices = (options.devices ?? []).map(absolutePath)
  return { policy, gitWrites, proc, nestedSandbox, devices, privateTmp }
}
