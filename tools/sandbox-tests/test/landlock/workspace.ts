import { workspaceWrite, type PermissionProfile, type SandboxOptions } from 'linux-sandbox'
import { landlockAbi } from '../../support/index.ts'
import type { Scene } from '../attacks/scene.ts'

/** The ABI of this kernel. */
export const ABI = landlockAbi()

export const LANDLOCK = { backend: 'landlock' } as const satisfies Omit<SandboxOptions, 'profile'>

/** The workspace of `scene` writable, everything readable, nothing denied. */
export function plainProfile(
  { workspace }: Scene,
  network: 'restricted' | 'enabled' = 'restricted',
): PermissionProfile {
  return workspaceOnly(workspace, network)
}

/** `root` writable, and no directory for temporary files: the packages under test lie in one. */
export function workspaceOnly(
  root: string,
  network: 'restricted' | 'enabled' = 'restricted',
): PermissionProfile {
  return workspaceWrite({ root, excludeTmpdir: true, excludeSlashTmp: true, network })
}

/** What an act gets that only kernels from `abi` on can deny. */
export function since(abi: number, denied: string): string {
  return ABI >= abi ? denied : 'ok'
}
