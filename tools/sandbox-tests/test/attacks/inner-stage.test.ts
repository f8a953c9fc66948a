import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  hasFeature,
  runProgram,
  stagedWords,
  type ProgramEnd,
} from '../../support/index.ts'

const FAMILIES = `
import socket
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
  try:
    socket.socket(family, socket.SOCK_STREAM).close()
    print('made')
  except OSError as error: print(error.strerror)
socket.socketpair()
print('paired')`

describeForUsers('the stage inside a sandbox, called', ['python3'], (user) => {
  /** What is around it, in the words of bwrap: the whole tree, and no capability. */
  const around = (...namespaces: string[]): string[] => [
    ...['bwrap', '--dev-bind', '/', '/', '--unshare-user', ...namespaces, '--cap-drop', 'ALL', '--'],
  ]
  const stage = async (
    prefix: readonly string[],
    network: 'restricted' | 'enabled',
    words: readonly string[],
  ): Promise<ProgramEnd> => {
    const policy = JSON.stringify({ ...readOnly(), network })
    const [program = '', ...args] = [
      ...prefix,
      ...stagedWords('codex-linux-sandbox'),
      '--apply-seccomp-then-exec',
      ...['--sandbox-policy-cwd', '/', '--permission-profile', policy, ...words],
    ]
    return await runProgram(user, program, args)
  }
  const sockets = ['--', '/usr/bin/python3', '-c', FAMILIES]

  test.runIf(hasFeature('network'))(
    'in the network of the host, gives a restricted command no sockets',
    async () => {
      const denied = 'Operation not permitted\n'
      const end = await stage(around(), 'restricted', sockets)
      expect(end).toMatchObject({ exitCode: 0, stdout: `${denied.repeat(3)}paired\n` })
    },
  )

  test('in a network with nothing but loopback, gives it those of that', async () => {
    const end = await stage(around('--unshare-net'), 'restricted', sockets)
    expect(end.stdout).toMatch(/^made\n(made|Address family .*)\nOperation not permitted\npaired\n$/)
  })

  test.runIf(hasFeature('network'))(
    'in the network of the host, gives an unrestricted command all',
    async () => {
      const end = await stage(around(), 'enabled', sockets)
      expect(end.stdout).toMatch(/^made\n(made|Address family .*)\nmade\npaired\n$/)
    },
  )

  test('takes nothing that follows the command for a flag', async () => {
    const words = ['sh', '-c', 'echo "$@"', 'sh', '--permission-profile', '{"type":"disabled"}', '--no-proc']
    const end = await stage(around('--unshare-net'), 'restricted', words)
    expect(end).toMatchObject({ exitCode: 0, stdout: `${words.slice(4).join(' ')}\n` })
  })
})
