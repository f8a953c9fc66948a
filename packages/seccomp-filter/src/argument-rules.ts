import { ALLOW, ERRNO, failWith } from './action.js'
import type { Arch } from './arch.js'
import { ruleFor, type Rule } from './filter.js'

/** Source: linux/sched.h in Linux 6.1. */
const CLONE = {
  newTime: 0x00000080,
  newMount: 0x00020000,
  newCgroup: 0x02000000,
  newUts: 0x04000000,
  newIpc: 0x08000000,
  newUser: 0x10000000,
  newPid: 0x20000000,
  newNetwork: 0x40000000,
} as const

/** For clone(2), whose lowest byte is the signal at exit: a new time namespace cannot be asked for there. */
const CLONE_NAMESPACES =
  CLONE.newMount |
  CLONE.newCgroup |
  CLONE.newUts |
  CLONE.newIpc |
  CLONE.newUser |
  CLONE.newPid |
  CLONE.newNetwork

const UNSHARE_NAMESPACES = CLONE_NAMESPACES | CLONE.newTime

/** Rules against new namespaces. unshare(2) of descriptors or of the working directory stays allowed. */
export function namespaceRules(arch: Arch): readonly Rule[] {
  const denied = failWith(ERRNO.EPERM)
  return [
    ruleFor(arch, 'clone', {
      why: 'a new user namespace gives all capabilities inside it',
      cases: [{ when: [{ test: 'any-bit', argument: 0, bits: CLONE_NAMESPACES }], action: denied }],
      otherwise: ALLOW,
    }),
    ruleFor(arch, 'unshare', {
      why: 'a new user namespace gives all capabilities inside it',
      cases: [{ when: [{ test: 'any-bit', argument: 0, bits: UNSHARE_NAMESPACES }], action: denied }],
      otherwise: ALLOW,
    }),
    ruleFor(arch, 'clone3', {
      why: 'its flags are in memory, where no filter sees them; after ENOSYS libc uses clone',
      otherwise: failWith(ERRNO.ENOSYS),
    }),
  ]
}

/** Source: asm-generic/ioctls.h in Linux 6.1. */
const IOCTL = {
  /** TIOCSTI: types into the terminal. */
  simulateInput: 0x5412,
  /** TIOCLINUX: selects and pastes on a Linux console, which types as well. */
  linuxConsole: 0x541c,
  /** TIOCSETD: chooses a line discipline, which loads its kernel module, on a pseudo-terminal too. */
  setLineDiscipline: 0x5423,
} as const

export function ioctlRule(arch: Arch): Rule {
  return ruleFor(arch, 'ioctl', {
    why: 'types into the terminal that the sandbox was started from, or loads line disciplines',
    cases: [
      {
        when: [
          {
            test: 'one-of',
            argument: 1,
            values: [IOCTL.simulateInput, IOCTL.linuxConsole, IOCTL.setLineDiscipline],
          },
        ],
        action: failWith(ERRNO.EPERM),
      },
    ],
    otherwise: ALLOW,
  })
}

/** Source: linux/personality.h in Linux 6.1. */
const PERSONALITY = {
  linux: 0,
  /** ADDR_NO_RANDOMIZE: debuggers and sanitizers ask for it. */
  withoutRandomAddresses: 0x00040000,
  /** Asks for the current one. */
  query: 0xffffffff,
} as const

export function personalityRule(arch: Arch): Rule {
  return ruleFor(arch, 'personality', {
    why: 'other personalities choose old and lax code in the kernel, such as executable data',
    cases: [{ when: [{ test: 'one-of', argument: 0, values: Object.values(PERSONALITY) }], action: ALLOW }],
    otherwise: failWith(ERRNO.EPERM),
  })
}

/** Rules about processes outside, where those have numbers. A signal is Landlock's to deny. */
export function hostProcessRules(arch: Arch): readonly Rule[] {
  return [
    ruleFor(arch, 'prlimit64', {
      why: 'a limit on processor time ends another process of the user; reading limits, and setting the own ones, does not',
      cases: [
        { when: [{ test: 'zero', argument: 0 }], action: ALLOW },
        { when: [{ test: 'zero', argument: 2 }], action: ALLOW },
      ],
      otherwise: failWith(ERRNO.EPERM),
    }),
  ]
}
