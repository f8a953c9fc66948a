import { ALLOW, ERRNO, failWith, KILL } from './action.js'
import type { Arch } from './arch.js'
import { hostProcessRules, ioctlRule, namespaceRules, personalityRule } from './argument-rules.js'
import { DENIED_CALLS } from './denied-calls.js'
import {
  createFilter,
  ruleFor,
  ruleForNumbers,
  SKIPPED_CALL,
  type Decision,
  type Filter,
  type Rule,
} from './filter.js'
import type { FilterOptions } from './options.js'
import { setIdRules } from './set-id-rules.js'
import { socketRules } from './socket-rules.js'

/**
 * The filter for a command. What it does not name is allowed, except calls that are newer than this package.
 *
 * @throws {TypeError} for an unknown architecture or network mode.
 */
export function filterFor({
  arch,
  network,
  nestedSandbox = false,
  unixSockets = false,
  seesHostProcesses = false,
}: FilterOptions): Filter {
  return createFilter({
    arch,
    defaultAction: ALLOW,
    rules: [
      ...deniedRules(arch, nestedSandbox),
      ...(nestedSandbox ? [] : namespaceRules(arch)),
      ioctlRule(arch),
      personalityRule(arch),
      ...(seesHostProcesses ? hostProcessRules(arch) : []),
      ...setIdRules(arch),
      ...socketRules(arch, network, unixSockets),
      ...numberRules(arch),
    ],
  })
}

function deniedRules(arch: Arch, nestedSandbox: boolean): readonly Rule[] {
  const otherwise = failWith(ERRNO.EPERM)
  return DENIED_CALLS.filter(
    ({ only = arch, forNestedSandbox = false }) => only === arch && !(forNestedSandbox && nestedSandbox),
  ).flatMap(({ names, why }) => names.map((name) => ruleFor(arch, name, { why, otherwise })))
}

/** file_setattr, the newest call of Linux 6.18. Every call up to it was looked at when the rules were written. */
const NEWEST_CALL = 469

/** Set in the number of a call of the x32 ABI. Source: __X32_SYSCALL_BIT in asm/unistd.h of Linux 6.1. */
const X32_BIT = 0x40000000

/** Rules for numbers that are not in the table. -1 stays allowed: a tracer sets it to skip a call. */
function numberRules(arch: Arch): readonly Rule[] {
  const newer: Decision = {
    why: 'newer than these rules; programs know what to do on a kernel without it. On x86_64 before Linux 5.4 also the x32 calls 512 to 547, which work without the x32 bit',
    otherwise: failWith(ERRNO.ENOSYS),
  }
  const first = NEWEST_CALL + 1
  if (arch !== 'x86_64') return [ruleForNumbers({ first, last: SKIPPED_CALL - 1 }, newer)]
  return [
    ruleForNumbers({ first, last: X32_BIT - 1 }, newer),
    ruleForNumbers(
      { first: X32_BIT, last: SKIPPED_CALL - 1 },
      { why: 'the x32 ABI: the same calls under numbers that no other rule has', otherwise: KILL },
    ),
  ]
}
