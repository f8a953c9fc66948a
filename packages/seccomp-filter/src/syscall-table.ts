import { checkArch, type Arch } from './arch.js'
import { AARCH64 } from './syscalls/aarch64.js'
import { X86_64 } from './syscalls/x86_64.js'

/** A system call that at least one architecture has. */
export type SyscallName = keyof typeof AARCH64 | keyof typeof X86_64

/** Number of each system call. A name that an architecture does not have (`fork` on aarch64) is not in its table. */
export const SYSCALLS: { readonly [arch in Arch]: { readonly [name in SyscallName]?: number } } = {
  x86_64: X86_64,
  aarch64: AARCH64,
}

/** Number of the system call `name`. @throws {TypeError} when `arch` does not have it. */
export function syscallNumber(arch: Arch, name: SyscallName): number {
  checkArch(arch)
  const number = SYSCALLS[arch][name]
  if (number === undefined) throw new TypeError(`${arch} has no system call ${name}`)
  return number
}

/** Name of the system call `number`, or undefined where the table has none. */
export function syscallName(arch: Arch, number: number): string | undefined {
  return Object.entries(SYSCALLS[arch]).find(([, candidate]) => candidate === number)?.[0]
}
