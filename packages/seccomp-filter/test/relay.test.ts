import { describe, expect, test } from 'vitest'
import { compileFilter, relayFilterFor, runProgram, syscallNumber, type SyscallName } from '../src/index.ts'
import { ALLOWED, callOf, KILLED } from './calls.ts'

describe.each(['x86_64', 'aarch64'] as const)('the filter of the relay on %s', (arch) => {
  const program = compileFilter(relayFilterFor(arch))
  const outcome = (name: SyscallName, args: readonly number[] = []) =>
    runProgram(program, callOf(arch, syscallNumber(arch, name), args))

  test.each(['accept4', 'connect', 'epoll_pwait', 'recvfrom', 'sendto', 'shutdown', 'close'] as const)(
    '%s is what it is for',
    (name) => expect(outcome(name)).toEqual(ALLOWED),
  )

  test.each(['execve', 'openat', 'ptrace', 'kill', 'clone', 'bind', 'sendmsg', 'recvmsg', 'ioctl'] as const)(
    '%s kills it',
    (name) => expect(outcome(name)).toEqual(KILLED),
  )

  test.each([
    { family: 2, type: 1, is: ALLOWED },
    { family: 10, type: 1 | 0o2004000, is: ALLOWED },
    { family: 1, type: 1, is: ALLOWED },
    { family: 2, type: 2, is: KILLED },
    { family: 2, type: 3, is: KILLED },
    { family: 16, type: 3, is: KILLED },
  ])('socket($family, $type)', ({ family, type, is }) => {
    expect(outcome('socket', [family, type, 0])).toEqual(is)
  })

  test('ioctl only asks what has arrived', () => {
    expect(outcome('ioctl', [5, 0x5411, 0])).toEqual(ALLOWED)
    expect(outcome('ioctl', [5, 0x5412, 0])).toEqual(KILLED)
  })

  test('memory is never executable', () => {
    expect(outcome('mmap', [0, 65_536, 3, 0x22])).toEqual(ALLOWED)
    expect(outcome('mmap', [0, 65_536, 7, 0x22])).toEqual(KILLED)
  })
})
