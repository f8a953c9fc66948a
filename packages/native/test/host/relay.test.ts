import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { openWorkshop, reasonToSkip, USERS } from './host.js'
import { run } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)
const { program } = workshop

describe.skipIf(reasonToSkip()).each(USERS)('the relay, as $name', (user) => {
  test('carries bytes to a TCP endpoint and back', async () => {
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const script = 'exec 3<>/dev/tcp/127.0.0.1/3128; echo hello >&3; read line <&3; echo "got $line"'
    const outcome = await run({ program, user }, ['bash', '-c', script], {
      routes: [{ kind: 'tcp', address: '127.0.0.1', port }],
      enter: { listeners: [3128] },
    })
    expect(outcome.stdout.toString()).toBe('got hello\n')
    server.close()
  })
})
