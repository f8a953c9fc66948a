import { dangerFullAccess, readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { ALWAYS_BROKER } from '../../support/broker.ts'
import { describeForUsers, withLibrary } from '../../support/index.ts'

/** Connects to the abstract socket that it is told, and says what comes of it. */
const CONNECTS = `
import socket, sys
try:
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    one.connect('\\0' + sys.argv[1])
except OSError:
    print('refused', flush=True)
    sys.exit()
one.send(b'x' * 300)
print('connected', flush=True)
sys.stdin.readline()
try:
    print('answered' if one.recv(1) else 'closed', flush=True)
except OSError:
    print('closed', flush=True)
`

describeForUsers('a command that tries to talk to the broker', ['python3'], (user) => {
  test.each([
    { why: 'with the network of the host', profile: readOnly({ network: 'enabled' }), connects: true },
    { why: 'with no sandbox', profile: dangerFullAccess(), connects: true },
    { why: 'with a network of its own', profile: readOnly(), connects: false },
  ])('is never served: $why', async ({ profile, connects }) => {
    const said = await withLibrary(
      user,
      { profile, helper: readOnly(), script: CONNECTS },
      async ({ lib, fs }, input) => {
        const other = await lib.Sandbox.create({ profile: input.helper })
        await other.run('true') // so that there is a broker
        const [broker = ''] = fs.readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ')
        const open = fs
          .readdirSync(`/proc/${broker}/fd`)
          .map((fd) => fs.readlinkSync(`/proc/${broker}/fd/${fd}`))
        // Number, count, protocol, flags, type, state, inode, name: what listens has flags.
        const table = fs.readFileSync('/proc/net/unix', 'utf8').split('\n')
        const rows = table.map((line) => line.trim().split(/\s+/))
        const own = rows.find((row) => row[3] === '00010000' && open.includes(`socket:[${row[6]}]`))
        const name = own?.[7]?.slice(1) ?? ''
        const sandbox = await lib.Sandbox.create({ profile: input.profile })
        const child = sandbox.spawn('/usr/bin/python3', ['-c', input.script, name])
        const texts: string[] = []
        child.stderr?.on('data', (chunk: Buffer) => texts.push(chunk.toString()))
        await new Promise((resolve) => {
          child.stdout?.on('data', (chunk: Buffer) => {
            texts.push(chunk.toString())
            resolve(undefined)
          })
          child.once('close', resolve)
        })
        // What comes next is not kept from being started, and looks at who waits.
        const { stdout } = await other.run('cat', [], { input: 'served' })
        child.stdin?.on('error', () => undefined)
        child.stdin?.end('\n')
        if (child.exitCode === null) await new Promise((resolve) => child.once('close', resolve))
        return [texts.join(''), stdout]
      },
      { broker: ALWAYS_BROKER },
    )
    expect(said).toEqual([connects ? 'connected\nclosed\n' : 'refused\n', 'served'])
  })
})

describeForUsers('a command that sees the broker in /proc', ['landlock'], (user) => {
  test.each([
    { how: 'bwrap', options: { backend: 'bwrap', pidNamespace: 'inherited', profile: readOnly() }, opens: 0 },
    {
      how: 'native',
      options: { backend: 'native', pidNamespace: 'inherited', profile: readOnly() },
      opens: 0,
    },
    { how: 'Landlock', options: { backend: 'landlock', profile: readOnly() }, opens: 0 },
    { how: 'nothing', options: { profile: dangerFullAccess() }, opens: 2 },
  ] as const)('confined by $how opens $opens of its pipes', async ({ options, opens }) => {
    const said = await withLibrary(
      user,
      { options, helper: readOnly() },
      async ({ lib, fs }, input) => {
        const other = await lib.Sandbox.create({ profile: input.helper })
        await other.run('true') // so that there is a broker
        const [broker = ''] = fs.readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ')
        const sandbox = await lib.Sandbox.create(input.options)
        const sees = `test -e /proc/${broker}/status && echo seen`
        const tries = [
          [30, '>'],
          [31, '<'],
        ].map(([end, way]) => `(: ${way}/proc/${broker}/fd/${end}) 2>/dev/null && echo opened`)
        const { stdout } = await sandbox.run('sh', ['-c', [sees, ...tries, ':'].join('\n')])
        const after = await other.run('cat', [], { input: 'served' })
        return [stdout, after.stdout]
      },
      { broker: ALWAYS_BROKER },
    )
    expect(said).toEqual([`seen\n${'opened\n'.repeat(opens)}`, 'served'])
  })
})

describeForUsers('a command that starts all the processes that it can', [], (user) => {
  // The limit that keeps the bomb from the rest of the machine does not hold for root.
  test.skipIf(user.name === 'root')('does not keep the broker from starting others', async () => {
    const seen = await withLibrary(
      user,
      readOnly(),
      async ({ lib, attempt }, profile) => {
        const bombed = await lib.Sandbox.create({ profile, limits: { processes: 64 } })
        const bomb = bombed.spawn('bash', [
          '-c',
          'bomb() { bomb | bomb & }; echo; bomb 2>/dev/null; sleep 1000',
        ])
        await new Promise((resolve) => bomb.stdout?.once('data', resolve))
        const sandbox = await lib.Sandbox.create({ profile })
        const ends = await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            attempt(async () => (await sandbox.run('sh', ['-c', `exit ${index}`])).exitCode),
          ),
        )
        const isKilled = bomb.kill('SIGKILL')
        const end = await new Promise((resolve) => bomb.once('close', (...values) => resolve(values)))
        return { statuses: ends.map(({ value, error }) => value ?? error), isKilled, end }
      },
      { broker: ALWAYS_BROKER },
    )
    expect(seen).toEqual({
      statuses: Array.from({ length: 20 }, (_, index) => index),
      isKilled: true,
      end: [null, 'SIGKILL'],
    })
  })
})
