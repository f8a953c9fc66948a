import { createServer, type AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { describeForUsers, stagedNode, type TestUser } from '../../support/index.ts'
import { makeWorkspace, runInWorkspace, runOutside, type Workload } from './workload.ts'

/** A server of this process on the loopback of the host, which answers every connection as a web server would. */
async function serve(host: string): Promise<{ port: number; connections: () => number }> {
  let count = 0
  const server = createServer((socket) => {
    count++
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi'))
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, connections: () => count }
}

/** Each prints `hi` when it reaches the server. The time limits are for a machine that is busy, not for the refusal. */
const CLIENTS: readonly {
  client: string
  command: (host: string, port: number) => readonly [string, ...string[]]
}[] = [
  {
    client: 'python3',
    command: (host, port) => [
      '/usr/bin/python3',
      '-c',
      `import urllib.request; print(urllib.request.urlopen('http://${host}:${port}/', timeout=20).read().decode())`,
    ],
  },
  {
    client: 'node',
    command: (host, port) => [
      stagedNode(),
      '-e',
      `fetch('http://${host}:${port}/').then((r) => r.text()).then(console.log, (e) => { console.error(e.cause); process.exit(1) })`,
    ],
  },
  {
    client: 'bash',
    command: (host, port) => [
      'bash',
      '--norc',
      '-c',
      `exec 3<>/dev/tcp/${host}/${port} && echo GET >&3 && tail -n1 <&3`,
    ],
  },
]

/** An address of this machine that is not loopback, where it has one. */
function outerAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address
}

/** Whether the client got the answer of the server. */
function said({ stdout }: { readonly stdout: string }): boolean {
  return /^hi$/m.test(stdout)
}

async function answers(
  user: TestUser,
  workload: Workload,
): Promise<{ outside: boolean; enabled: boolean; restricted: boolean; tookMs: number }> {
  const workspace = makeWorkspace(user)
  const outside = await runOutside(user, workspace, workload)
  const enabled = await runInWorkspace(user, workspace, { ...workload, network: 'enabled' })
  const restricted = await runInWorkspace(user, workspace, workload)
  return {
    outside: said(outside),
    enabled: said(enabled),
    restricted: said(restricted),
    tookMs: restricted.durationMs,
  }
}

describeForUsers('a server on the loopback of the host', ['python3'], (user) => {
  test.each(CLIENTS)(
    'is reached by $client outside and with a network, and refused at once without',
    async ({ command }) => {
      for (const host of ['127.0.0.1', 'localhost']) {
        const { port, connections } = await serve('127.0.0.1')
        const seen = await answers(user, { command: command(host, port) })
        expect(seen).toMatchObject({ outside: true, enabled: true, restricted: false })
        expect(connections()).toBe(2)
        expect(seen.tookMs).toBeLessThan(10_000)
      }
    },
  )

  test('and on an outer address of the host alike', async () => {
    const host = outerAddress()
    if (host === undefined) return
    const { port, connections } = await serve('0.0.0.0')
    const seen = await answers(user, { command: CLIENTS[0]!.command(host, port) })
    expect(seen).toMatchObject({ outside: true, enabled: true, restricted: false })
    expect(connections()).toBe(2)
  })
})

describeForUsers('curl', ['curl'], (user) => {
  test('reaches a server of the host only with a network', async () => {
    const { port, connections } = await serve('127.0.0.1')
    const seen = await answers(user, {
      command: ['curl', '-sS', '--max-time', '20', `http://127.0.0.1:${port}/`],
    })
    expect(seen).toMatchObject({ outside: true, enabled: true, restricted: false })
    expect(connections()).toBe(2)
  })
})

describeForUsers('a server in the sandbox', ['python3'], (user) => {
  test('is on a loopback of its own: its port is free outside, and nobody outside reaches it', async () => {
    const { port } = await serve('127.0.0.1')
    const script = `import socket; s = socket.create_server(('127.0.0.1', ${port})); print('bound')`
    const workload: Workload = { command: ['/usr/bin/python3', '-c', script] }
    const workspace = makeWorkspace(user)
    expect(await runInWorkspace(user, workspace, workload)).toMatchObject({ exitCode: 0, stdout: 'bound\n' })
    const taken = await runOutside(user, workspace, workload)
    expect(taken.stderr).toContain('Address already in use')
    expect(await runInWorkspace(user, workspace, { ...workload, network: 'enabled' })).toMatchObject({
      exitCode: 1,
    })
  })
})
