import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import {
  describeForUsers,
  hasFeature,
  runProgram,
  runSandboxed,
  stagedNode,
  stagedProbe,
  stagedProgram,
  type TestUser,
} from '../../support/index.ts'
import { attemptInside, attemptOutside, type Attempt } from './attempts.ts'
import { startBackground, type Background } from './background.ts'
import { makeScene, newScene, profileOf, type Scene } from './scene.ts'
import { defineAttacks, type Attack } from './table.ts'

/** An address of this host that is not its loopback. */
const HOST_ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find((one) => one !== undefined && one.family === 'IPv4' && !one.internal)?.address

const LOCAL_NETWORK: readonly Attack[] = [
  { act: 'serves itself on 127.0.0.1', attempt: () => ['serve-itself', '127.0.0.1'], gets: 'ok' },
  ...(hasFeature('ipv6')
    ? [{ act: 'serves itself on ::1', attempt: () => ['serve-itself', '::1'], gets: 'ok' }]
    : []),
  { act: 'sends itself a datagram', attempt: () => ['exchange-udp', '127.0.0.1'], gets: 'ok' },
  { act: 'looks at its interfaces', attempt: () => ['socket', 'netlink', 'raw', '0'], gets: 'ok' },
  { act: 'makes a stream pair', attempt: () => ['socketpair', 'unix', 'stream'], gets: 'ok' },
  { act: 'makes a pair of packets', attempt: () => ['socketpair', 'unix', 'seqpacket'], gets: 'ok' },
]

/** Rare in every mode: a network of the host is not meant by them. */
const RARE_SOCKETS: readonly Attack[] = [
  {
    act: 'makes a socket to the hypervisor',
    attempt: () => ['socket', 'vsock', 'stream', '0'],
    gets: 'EPERM',
  },
  {
    act: 'makes a packet socket',
    attempt: () => ['socket', 'packet', 'raw', '0'],
    gets: 'EPERM',
    twin: { by: 'root' },
  },
  {
    act: 'makes a socket to kernel cryptography',
    attempt: () => ['socket', 'alg', 'seqpacket', '0'],
    gets: 'EPERM',
  },
  {
    act: 'makes a netlink socket to the audit system',
    attempt: () => ['socket', 'netlink', 'raw', '9'],
    gets: 'EPERM',
  },
  {
    act: 'makes a netlink socket of generic families',
    attempt: () => ['socket', 'netlink', 'raw', '16'],
    gets: 'EPERM',
  },
]

const RESTRICTED_SOCKETS: readonly Attack[] = [
  {
    act: 'makes a raw IP socket',
    attempt: () => ['socket', 'inet', 'raw', '1'],
    gets: 'EPERM',
    twin: { by: 'root' },
  },
  { act: 'makes an MPTCP socket', attempt: () => ['socket', 'inet', 'stream', 'mptcp'], gets: 'EPERM' },
  {
    act: 'makes a stream socket with a name',
    attempt: () => ['socket', 'unix', 'stream', '0'],
    gets: 'EPERM',
  },
  {
    act: 'makes a datagram socket with a name',
    attempt: () => ['socket', 'unix', 'dgram', '0'],
    gets: 'EPERM',
  },
  { act: 'makes a datagram pair', attempt: () => ['socketpair', 'unix', 'dgram'], gets: 'EPERM' },
  {
    act: 'names a socket in the workspace',
    attempt: ({ room }) => ['bind-unix', join(room, 'own.sock')],
    gets: 'EPERM',
  },
]

/** Sockets of a server outside, by their names. */
interface Names {
  readonly stream: string
  readonly datagram: string
}

/** The ways to a server, with what they get in a sandbox and outside. */
function waysTo({ stream, datagram }: Names): readonly Attempt[] {
  return [
    ['connect-unix', stream],
    ['receive-directory', stream, 'file'],
    ['sendto-unix', datagram],
    ['sendmsg-unix', datagram],
    ['pair-connect', datagram],
    ['pair-sendto', datagram],
    ['pair-sendmsg', datagram],
    ['raw-pair-sendto', datagram],
  ]
}

describeForUsers('sockets of a restricted network', ['cc', 'seccomp'], (user) => {
  defineAttacks(user, [...LOCAL_NETWORK, ...RARE_SOCKETS, ...RESTRICTED_SOCKETS])
})

describeForUsers('sockets of an enabled network', ['cc', 'seccomp'], (user) => {
  const mptcp: Attack = {
    act: 'makes an MPTCP socket',
    attempt: () => ['socket', 'inet', 'stream', 'mptcp'],
    gets: 'ok',
  }
  defineAttacks(user, [...LOCAL_NETWORK, ...RARE_SOCKETS, mptcp], { network: 'enabled' })
})

describeForUsers('a server of the host with a named socket', ['cc', 'seccomp'], (user) => {
  let scene: Scene
  let server: Background
  let places: Readonly<Record<string, Names>>
  beforeAll(async () => {
    scene = makeScene(user)
    const abstract = `@${basename(join(scene.home, '..'))}`
    places = {
      'the workspace': { stream: join(scene.room, 's.sock'), datagram: join(scene.room, 'd.sock') },
      '/tmp': { stream: `${scene.inTmp}-s`, datagram: `${scene.inTmp}-d` },
      'the abstract names': { stream: `${abstract}-s`, datagram: `${abstract}-d` },
    }
    server = await startServers(user, Object.values(places), scene.outside)
  })
  afterAll(async () => {
    await server.stop()
    scene.remove()
  })

  test.each(['the workspace', '/tmp', 'the abstract names'])('in %s is out of reach', async (place) => {
    const ways = waysTo(places[place]!)
    expect(await attemptInside(user, ways, sandboxOf(scene, 'restricted'))).toEqual(ways.map(() => 'EPERM'))
    expect(await attemptOutside(user, ways)).toEqual(ways.map(() => 'ok'))
    expect(await attemptInside(user, ways, sandboxOf(scene, 'enabled'))).toEqual(ways.map(() => 'ok'))
  })
})

describeForUsers('a TCP server of the host', ['cc'], (user) => {
  let scene: Scene
  let server: Server
  let port: string
  beforeAll(async () => {
    scene = makeScene(user)
    server = createServer((socket) => socket.on('error', () => undefined).resume())
    server.listen(0)
    await once(server, 'listening')
    port = String((server.address() as AddressInfo).port)
  })
  afterAll(() => {
    server.close()
    scene.remove()
  })

  test.each([
    { words: ['connect-tcp', '127.0.0.1'], gets: 'ECONNREFUSED', why: 'the loopback is another one' },
    { words: ['fast-open', '127.0.0.1'], gets: 'ECONNREFUSED', why: 'data before the connection' },
    { words: ['connect-mptcp', '127.0.0.1'], gets: 'EPERM', why: 'another protocol' },
    ...(hasFeature('ipv6') ? [{ words: ['connect-tcp', '::1'], gets: 'ECONNREFUSED', why: 'IPv6' }] : []),
    ...(HOST_ADDRESS === undefined
      ? []
      : [{ words: ['connect-tcp', HOST_ADDRESS], gets: 'ENETUNREACH', why: 'no other interface' }]),
  ])('is out of reach for $words.0 to $words.1 ($why)', async ({ words, gets }) => {
    const attempts = [[...words, port]]
    expect(await attemptInside(user, attempts, sandboxOf(scene, 'restricted'))).toEqual([gets])
    expect(await attemptOutside(user, attempts)).toEqual(['ok'])
    expect(await attemptInside(user, attempts, sandboxOf(scene, 'enabled'))).toEqual(['ok'])
  })

  test('gets no datagram', async () => {
    const receiver = createSocket('udp4')
    onTestFinished(() => new Promise<void>((resolve) => void receiver.close(() => resolve())))
    const received: string[] = []
    receiver.on('message', (_, { port: from }) => received.push(String(from)))
    await new Promise<void>((resolve) => void receiver.bind(0, '127.0.0.1', resolve))
    const attempt = ['send-udp', '127.0.0.1', String(receiver.address().port)]
    await attemptInside(user, [attempt], { sandbox: { profile: profileOf(scene) }, cwd: '/' })
    const next = once(receiver, 'message')
    expect(await attemptOutside(user, [attempt])).toEqual(['ok'])
    await next
    expect(received).toHaveLength(1)
  })
})

describeForUsers('a TCP server in the sandbox', ['cc'], (user) => {
  test('is out of reach for the host', async () => {
    const scene = newScene(user)
    const program = [stagedProbe(), 'listen', '127.0.0.1', '0']
    const inside = await startBackground(user, stagedNode(), [
      stagedProgram('linux-sandbox'),
      'run',
      '-C',
      scene.workspace,
      '--',
      ...program,
    ])
    onTestFinished(() => inside.stop())
    expect(await connectTo(Number(inside.firstLine))).toBe('ECONNREFUSED')

    const outside = await startBackground(user, program[0]!, program.slice(1))
    onTestFinished(() => outside.stop())
    expect(await connectTo(Number(outside.firstLine))).toBe('connected')
  })
})

describeForUsers('a name server', [], (user) => {
  test('is missed at once, and names of the host itself are known', async () => {
    const scene = newScene(user)
    const look = (name: string) =>
      runSandboxed(user, { sandbox: { profile: profileOf(scene) }, command: ['getent', 'ahosts', name] })
    // A resolver that waits for an answer waits five seconds for each attempt.
    const missed = await look('name.invalid')
    expect(missed.exitCode).toBe(2)
    expect(missed.durationMs).toBeLessThan(4000)
    expect((await look('localhost')).exitCode).toBe(0)
    expect(await runProgram(user, 'getent', ['ahosts', 'localhost'])).toMatchObject({ exitCode: 0 })
  })
})

function sandboxOf(scene: Scene, network: 'restricted' | 'enabled') {
  return { sandbox: { profile: profileOf(scene, network) }, cwd: '/' }
}

function connectTo(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve('connected')
    })
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
  })
}

async function startServers(
  user: TestUser,
  places: readonly Names[],
  directory: string,
): Promise<Background> {
  const names = places.flatMap(({ stream, datagram }) => [stream, datagram])
  return await startBackground(user, stagedProbe(), ['serve', directory, ...names])
}
