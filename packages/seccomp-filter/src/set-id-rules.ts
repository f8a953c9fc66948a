import { ALLOW, ERRNO, failWith } from './action.js'
import type { Arch } from './arch.js'
import type { ArgumentIndex, Condition } from './condition.js'
import { ruleFor, type Rule } from './filter.js'
import type { SyscallName } from './syscall-table.js'

/** Source: linux/stat.h in Linux 6.1. */
const MODE = { setUid: 0o4000, setGid: 0o2000 } as const

/** Source: asm-generic/fcntl.h in Linux 6.1; the same on x86_64 and aarch64. */
const OPEN_FLAG = { create: 0o100, temporaryFile: 0o20000000 } as const

/** A call that can give a file its mode, and where its arguments have it. */
interface ModeCall {
  readonly name: SyscallName
  readonly mode: ArgumentIndex
  /** Where open flags say whether the mode counts at all; without O_CREAT and O_TMPFILE it is whatever a register held. */
  readonly flags?: ArgumentIndex
  readonly only?: Arch
}

/** Setting the mode of what exists. A directory may be set-group-ID, as for a shared repository of git. */
const CHANGES: readonly ModeCall[] = [
  { name: 'chmod', mode: 1, only: 'x86_64' },
  { name: 'fchmod', mode: 1 },
  { name: 'fchmodat', mode: 2 },
  { name: 'fchmodat2', mode: 2 },
]

/** Making a file. */
const CREATIONS: readonly ModeCall[] = [
  { name: 'open', mode: 2, flags: 1, only: 'x86_64' },
  { name: 'openat', mode: 3, flags: 2 },
  { name: 'creat', mode: 1, only: 'x86_64' },
  { name: 'mknod', mode: 1, only: 'x86_64' },
  { name: 'mknodat', mode: 2 },
]

/** Rules against leaving a set-user-ID program: outside the sandbox anybody could run it as the user who started the sandbox. */
export function setIdRules(arch: Arch): readonly Rule[] {
  const why = 'a set-user-ID file gives who runs it outside the rights of the one who started the sandbox'
  return [
    ...CHANGES.map((call) => modeRule(arch, { call, bits: MODE.setUid, why })),
    ...CREATIONS.map((call) => modeRule(arch, { call, bits: MODE.setUid | MODE.setGid, why })),
    [
      ruleFor(arch, 'openat2', {
        why: 'its mode is in memory, where no filter sees it; after ENOSYS programs use openat',
        otherwise: failWith(ERRNO.ENOSYS),
      }),
    ],
  ].flat()
}

interface ModeRule {
  readonly call: ModeCall
  readonly bits: number
  readonly why: string
}

function modeRule(
  arch: Arch,
  { call: { name, mode, flags, only = arch }, bits, why }: ModeRule,
): readonly Rule[] {
  if (only !== arch) return []
  const hasBits: Condition = { test: 'any-bit', argument: mode, bits }
  const creates: readonly Condition[] =
    flags === undefined
      ? []
      : [{ test: 'any-bit', argument: flags, bits: OPEN_FLAG.create | OPEN_FLAG.temporaryFile }]
  return [
    ruleFor(arch, name, {
      why,
      cases: [{ when: [hasBits, ...creates], action: failWith(ERRNO.EPERM) }],
      otherwise: ALLOW,
    }),
  ]
}
