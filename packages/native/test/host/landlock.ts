import { spawnSync } from 'node:child_process'
import { nativeProgramPath, type LandlockRuleset } from '../../src/index.js'

/** Source: linux/landlock.h. */
export const ACCESS = {
  execute: 1n << 0n,
  writeFile: 1n << 1n,
  readFile: 1n << 2n,
  readDir: 1n << 3n,
  makeReg: 1n << 8n,
} as const

export const SCOPE_SIGNAL = 1n << 1n

export const CONNECT_TCP = 1n << 1n

/** Since when the kernel has what is used here. */
export const ABI_OF_NETWORK = 4
export const ABI_OF_SCOPES = 6

/** 0 where there is no Landlock. */
export function landlockAbi(): number {
  const { stdout } = spawnSync(nativeProgramPath(), ['landlock-abi'], { encoding: 'utf8' })
  return Number(stdout)
}

export const hasLandlock = (): boolean => landlockAbi() > 0

/** Nothing but programs can be read, not even /proc, and nobody else be signalled. */
export const CONFINED: LandlockRuleset = {
  handledAccessFs: ACCESS.readFile | ACCESS.readDir | ACCESS.writeFile,
  handledAccessNet: 0n,
  scoped: landlockAbi() >= ABI_OF_SCOPES ? SCOPE_SIGNAL : 0n,
  rules: [
    ...['/usr', '/etc'].map((path) => ({ path, access: ACCESS.readFile | ACCESS.readDir })),
    // A shell gives it to what it starts in the background.
    { path: '/dev/null', access: ACCESS.readFile | ACCESS.writeFile },
  ],
}
