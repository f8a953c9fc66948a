import { describe, expect, test } from 'vitest'
import {
  ALL_OPTIONS,
  ALLOWED,
  KILLED,
  NOT_IMPLEMENTED,
  NOT_PERMITTED,
  outcomeOf,
  outcomeOfNumber,
} from './calls.ts'
import { AUDIT_ARCH, compileFilter, filterFor, runProgram } from '../src/index.ts'

const GARBAGE = 0xdeadbeef_00000000n

/** clone(2) flags. */
const SIGCHLD = 17
const THREAD = 0x3d0f00 // what pthread_create asks for
const VFORK = 0x4100
const NAMESPACES = [
  { flag: 0x00020000, name: 'CLONE_NEWNS' },
  { flag: 0x02000000, name: 'CLONE_NEWCGROUP' },
  { flag: 0x04000000, name: 'CLONE_NEWUTS' },
  { flag: 0x08000000, name: 'CLONE_NEWIPC' },
  { flag: 0x10000000, name: 'CLONE_NEWUSER' },
  { flag: 0x20000000, name: 'CLONE_NEWPID' },
  { flag: 0x40000000, name: 'CLONE_NEWNET' },
]
const CLONE_NEWTIME = 0x80

describe.each(ALL_OPTIONS)('$arch, $network, nested sandbox $nestedSandbox', (options) => {
  const unlessNested = options.nestedSandbox ? ALLOWED : NOT_PERMITTED

  test.each([
    { flags: SIGCHLD, why: 'fork' },
    { flags: VFORK | SIGCHLD, why: 'vfork and posix_spawn' },
    { flags: THREAD, why: 'a thread' },
    { flags: CLONE_NEWTIME | SIGCHLD, why: 'in clone the bit of CLONE_NEWTIME is part of the signal' },
    { flags: GARBAGE | BigInt(SIGCHLD), why: 'the kernel drops the high half' },
  ])('clone($flags) is allowed: $why', ({ flags }) => {
    expect(outcomeOf(options, 'clone', [flags])).toEqual(ALLOWED)
  })

  test.each([
    { args: [0, 7, 1, 0], seesHostProcesses: ALLOWED, why: 'its own limit' },
    { args: [4711, 7, 0, 1], seesHostProcesses: ALLOWED, why: 'to look at that of another' },
    { args: [4711, 7, 1, 0], seesHostProcesses: NOT_PERMITTED, why: 'that of another' },
    { args: [-1n & 0xffffffffn, 7, 1, 0], seesHostProcesses: NOT_PERMITTED, why: 'of nobody' },
  ])('prlimit64 of $why is denied only where others have numbers', ({ args, seesHostProcesses }) => {
    expect(outcomeOf({ ...options, seesHostProcesses: true }, 'prlimit64', args)).toEqual(seesHostProcesses)
    expect(outcomeOf(options, 'prlimit64', args)).toEqual(ALLOWED)
  })

  test.each(NAMESPACES)(
    '$name is refused in clone and unshare unless a nested sandbox may ask for it',
    ({ flag }) => {
      expect(outcomeOf(options, 'clone', [flag | SIGCHLD])).toEqual(unlessNested)
      expect(outcomeOf(options, 'clone', [GARBAGE | BigInt(flag)])).toEqual(unlessNested)
      expect(outcomeOf(options, 'unshare', [flag])).toEqual(unlessNested)
      expect(outcomeOf(options, 'unshare', [GARBAGE | BigInt(flag | 0x400)])).toEqual(unlessNested)
    },
  )

  test('CLONE_NEWTIME is refused in unshare unless a nested sandbox may ask for it', () => {
    expect(outcomeOf(options, 'unshare', [CLONE_NEWTIME])).toEqual(unlessNested)
  })

  test.each([
    { flags: 0x400, why: 'CLONE_FILES' },
    { flags: 0x200, why: 'CLONE_FS' },
    { flags: 0x40000, why: 'CLONE_SYSVSEM' },
    { flags: 0, why: 'nothing' },
  ])('unshare of $why is allowed', ({ flags }) => {
    expect(outcomeOf(options, 'unshare', [flags])).toEqual(ALLOWED)
  })

  test.each([
    { command: 0x5412, expected: NOT_PERMITTED, why: 'TIOCSTI' },
    { command: GARBAGE | 0x5412n, expected: NOT_PERMITTED, why: 'TIOCSTI, high bits set' },
    { command: 0x541c, expected: NOT_PERMITTED, why: 'TIOCLINUX' },
    { command: GARBAGE | 0x541cn, expected: NOT_PERMITTED, why: 'TIOCLINUX, high bits set' },
    { command: 0x5423, expected: NOT_PERMITTED, why: 'TIOCSETD' },
    { command: 0x5401, expected: ALLOWED, why: 'TCGETS: isatty' },
    { command: 0x5413, expected: ALLOWED, why: 'TIOCGWINSZ' },
    { command: 0x5414, expected: ALLOWED, why: 'TIOCSWINSZ' },
    { command: 0x540e, expected: ALLOWED, why: 'TIOCSCTTY: a pseudo-terminal inside' },
    { command: 0x80045430n, expected: ALLOWED, why: 'TIOCGPTN' },
    { command: 0x15412, expected: ALLOWED, why: 'all 32 bits count' },
  ])('ioctl $why is $expected.type', ({ command, expected }) => {
    expect(outcomeOf(options, 'ioctl', [0, command, 0x1000])).toEqual(expected)
    // In another argument the same number means nothing.
    expect(outcomeOf(options, 'ioctl', [command, 0x5401, command])).toEqual(ALLOWED)
  })

  test.each([
    { persona: 0, expected: ALLOWED, why: 'plain Linux' },
    { persona: 0xffffffff, expected: ALLOWED, why: 'a question' },
    { persona: ~0n, expected: ALLOWED, why: 'a question, asked with 64 bits' },
    { persona: 0x40000, expected: ALLOWED, why: 'no random addresses: gdb' },
    { persona: 0x8, expected: NOT_PERMITTED, why: 'PER_LINUX32' },
    { persona: 0x40008, expected: NOT_PERMITTED, why: 'PER_LINUX32 without random addresses' },
    { persona: 0x400000, expected: NOT_PERMITTED, why: 'READ_IMPLIES_EXEC' },
    { persona: 0x100000, expected: NOT_PERMITTED, why: 'MMAP_PAGE_ZERO' },
  ])('personality $persona is $expected.type: $why', ({ persona, expected }) => {
    expect(outcomeOf(options, 'personality', [persona])).toEqual(expected)
  })

  test.each([
    { arch: 0x40000003, why: 'i386: int 0x80 in a 64-bit program' },
    { arch: 0x40000028, why: 'ARM, 32 bits' },
    { arch: 0, why: 'none' },
    { arch: AUDIT_ARCH[options.arch === 'x86_64' ? 'aarch64' : 'x86_64'], why: 'the other one' },
    { arch: (AUDIT_ARCH[options.arch] & 0x7fffffff) >>> 0, why: 'without the 64-bit mark' },
  ])('a call of another architecture kills: $why', ({ arch }) => {
    const program = compileFilter(filterFor(options))
    const getpid = options.arch === 'x86_64' ? 39 : 172
    expect(runProgram(program, { arch, nr: getpid, args: [] })).toEqual(KILLED)
    expect(outcomeOfNumber(options, getpid)).toEqual(ALLOWED)
  })

  const abroad = options.arch === 'x86_64' ? KILLED : NOT_IMPLEMENTED
  test.each([
    { nr: 469, expected: ALLOWED, why: 'file_setattr, the newest call of Linux 6.18' },
    { nr: 470, expected: NOT_IMPLEMENTED, why: 'the first newer call' },
    { nr: 514, expected: NOT_IMPLEMENTED, why: 'ioctl of x32 without the x32 bit' },
    { nr: 0x3fffffff, expected: NOT_IMPLEMENTED, why: 'the last number below x32' },
    { nr: 0x40000000, expected: abroad, why: 'read of x32' },
    { nr: 0x40000000 + 41, expected: abroad, why: 'socket of x32' },
    { nr: 0x40000000 + 514, expected: abroad, why: 'ioctl of x32' },
    { nr: 0x7fffffff, expected: abroad, why: 'the largest positive number' },
    { nr: 0x80000000, expected: abroad, why: 'the smallest negative number' },
    { nr: 0xfffffffe, expected: abroad, why: '-2' },
    { nr: 0xffffffff, expected: ALLOWED, why: '-1: a call that a tracer skips' },
  ])('number $nr is $expected.type: $why', ({ nr, expected }) => {
    expect(outcomeOfNumber(options, nr)).toEqual(expected)
  })
})
