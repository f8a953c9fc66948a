import { PlatformUnsupportedError } from '@linux-sandbox/errors'

/** A processor, in the kernel's words. */
export type Arch = 'x86_64' | 'aarch64'

const ARCHS: ReadonlyMap<string, Arch> = new Map([
  ['x64', 'x86_64'],
  ['arm64', 'aarch64'],
])

/**
 * The processor of this host.
 *
 * @throws {PlatformUnsupportedError} on anything but Linux on x86_64 or aarch64.
 */
export function requirePlatform({ platform, arch }: { platform: string; arch: string } = process): Arch {
  const known = platform === 'linux' ? ARCHS.get(arch) : undefined
  if (known === undefined) throw new PlatformUnsupportedError(platform, arch)
  return known
}
