/** An architecture a filter can be made for, as the kernel spells it. */
export type Arch = 'x86_64' | 'aarch64'

/**
 * What the kernel puts into `seccomp_data.arch`.
 * Source: linux/audit.h and linux/elf-em.h in Linux 6.1.
 */
export const AUDIT_ARCH: { readonly [arch in Arch]: number } = { x86_64: 0xc000003e, aarch64: 0xc00000b7 }

/** @throws {TypeError} when a caller without types passes something else. */
export function checkArch(arch: Arch): void {
  if (!Object.hasOwn(AUDIT_ARCH, arch))
    throw new TypeError(`${JSON.stringify(arch)} is not x86_64 or aarch64`)
}
