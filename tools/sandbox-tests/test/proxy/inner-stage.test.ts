import { expect, test } from 'vitest'
import {
  describeForUsers,
  hasFeature,
  runProgram,
  userEnvironment,
  type ProgramEnd,
  type TestUser,
} from '../../support/index.ts'
import { helperWords, nodeCommand } from './commands.ts'
import { answering, startUpstream } from './upstream.ts'

/**
 * An outer stage, as another program would be it: makes a socket pair for each behaviour, starts a launcher with the other ends from descriptor 40 up,
 * and, for a worker that takes what it is sent, leads connections to the port of the environment.
 */
const OUTER = `
import array, os, socket, subprocess, sys, threading
behaviours = sys.argv[1].split(',')
command = sys.argv[2:]

def lead(listener):
    while True:
        client, _ = listener.accept()
        upstream = socket.create_connection(('127.0.0.1', int(os.environ['UPSTREAM_PORT'])))
        def copy(source, sink):
            while chunk := source.recv(65536):
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)
        threading.Thread(target=copy, args=(client, upstream), daemon=True).start()
        threading.Thread(target=copy, args=(upstream, client), daemon=True).start()

def work(control, behaviour):
    if behaviour == 'closes':
        control.close()
        return
    while True:
        payload, ancillary, flags, _ = control.recvmsg(2, socket.CMSG_SPACE(64))
        if not payload:
            return
        descriptors = array.array('i')
        for level, kind, data in ancillary:
            descriptors.frombytes(data)
        [number] = descriptors
        listener = socket.socket(fileno=number)
        host, port = listener.getsockname()
        assert (payload, flags & socket.MSG_CTRUNC, host) == (b'\\x01', 0, '127.0.0.1') and port > 0
        assert listener.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
        if behaviour == 'forgets':
            control.close()
            return
        print('took', file=sys.stderr)
        # Closed with the worker, as the listener is not inheritable.
        listener.setblocking(True)
        threading.Thread(target=lead, args=(listener,), daemon=True).start()
        control.sendall(b'\\x01' if behaviour == 'takes' else b'\\x02')

numbers = []
for index, behaviour in enumerate(behaviours):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    os.dup2(theirs.fileno(), 40 + index, inheritable=True)
    theirs.close()
    numbers.append(40 + index)
    threading.Thread(target=work, args=(ours, behaviour), daemon=True).start()
child = subprocess.Popen(command, pass_fds=numbers)
for number in numbers:
    os.close(number)
sys.exit(child.wait())
`

/** A network of its own, and no capability for the command, as a launcher leaves it. */
const LAUNCHER = [
  'bwrap',
  ...['--unshare-user', '--unshare-pid', '--unshare-net', '--die-with-parent', '--cap-drop', 'ALL'],
  ...['--bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--'],
]

/** Where the outer stage puts the first descriptor. */
const FIRST = 40

interface InnerRun {
  readonly behaviours?: readonly ('takes' | 'closes' | 'forgets' | 'misanswers')[]
  readonly spec: unknown
  readonly command?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly launcher?: readonly string[]
}

async function runInner(
  user: TestUser,
  { behaviours = ['takes'], spec, command = STARTED, env = {}, launcher = LAUNCHER }: InnerRun,
): Promise<ProgramEnd> {
  const specFlags = spec === undefined ? [] : ['--proxy-route-spec', JSON.stringify(spec)]
  const flags = ['--apply-seccomp-then-exec', '--managed-network', '{}', ...specFlags]
  const [program, args] = helperWords({ command, flags, prefix: launcher })
  return await runProgram(user, '/usr/bin/python3', ['-c', OUTER, behaviours.join(), program, ...args], {
    env: { ...userEnvironment(), HTTP_PROXY: URL, ...env },
  })
}

const STARTED = ['echo', 'started']

/** Of the proxy as the outer stage knows it, which is out of reach for the inner one. */
const URL = 'http://me:secret@localhost:3129/path'

const SPEC = { routes: [{ env_key: 'HTTP_PROXY', control_fd: FIRST }] }

describeForUsers('the stage inside a sandbox with prepared routes', ['python3'], (user) => {
  test('gives its listeners away, and the command uses them', async () => {
    const upstream = await startUpstream(answering('there'))
    const env = {
      HTTPS_PROXY: '127.0.0.1:3129',
      ALL_PROXY: 'socks5h://127.0.0.1:3130',
      UPSTREAM_PORT: String(upstream.port),
    }
    const routes = [
      { env_key: 'HTTP_PROXY', control_fd: FIRST },
      { env_key: 'HTTPS_PROXY', control_fd: FIRST },
      { env_key: 'ALL_PROXY', control_fd: FIRST + 1 },
    ]
    const script = `
      for (const name of ['HTTP_PROXY', 'ALL_PROXY']) {
        const socket = connect(name)
        socket.write('GET http://service.example/' + name + ' HTTP/1.1\\r\\n\\r\\n')
        console.log(process.env[name], (await whole(socket)).slice(-5))
      }
      console.log(process.env.HTTPS_PROXY, fs.readdirSync('/proc/self/net/dev_snmp6').join())
      const direct = net.connect(${upstream.port}, '127.0.0.1')
      console.log((await once(direct, 'error'))[0].code)`
    const run = {
      behaviours: ['takes', 'takes'],
      spec: { routes },
      env,
      command: nodeCommand(script),
    } as const
    const { stdout, stderr, exitCode } = await runInner(user, run)
    expect({ stderr, exitCode }).toEqual({ stderr: 'took\ntook\n', exitCode: 0 })
    expect(stdout.split('\n')).toEqual([
      'http://me:secret@127.0.0.1:3129/path there',
      'socks5h://127.0.0.1:3130 there',
      '127.0.0.1:3129 lo',
      'ECONNREFUSED',
      '',
    ])
    expect(upstream.streams.map(({ said }) => said().split(' ')[1])).toEqual([
      'http://service.example/HTTP_PROXY',
      'http://service.example/ALL_PROXY',
    ])
  })

  test('leaves no control socket where the command could find it', async () => {
    const script = `
      const found = fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).flatMap((pid) => {
        try {
          const fds = fs.readdirSync('/proc/' + pid + '/fd')
          return fds.includes('${FIRST}') && fs.readlinkSync('/proc/' + pid + '/fd/${FIRST}').startsWith('socket:') ? [pid] : []
        } catch { return [] }
      })
      console.log(JSON.stringify(found))`
    expect((await runInner(user, { spec: SPEC, command: nodeCommand(script) })).stdout).toBe('[]\n')
  })

  test.each([
    { title: 'a worker that is gone', behaviours: ['closes'], message: /\(routes\)/ },
    { title: 'a worker that does not answer', behaviours: ['forgets'], message: /\(routes\)/ },
    { title: 'a worker that answers something else', behaviours: ['misanswers'], message: /\(routes\)/ },
  ] as const)('starts nothing with $title', async ({ behaviours, message }) => {
    const end = await runInner(user, { behaviours, spec: SPEC })
    expect(end).toMatchObject({ exitCode: 125, stdout: '' })
    expect(end.stderr).toMatch(message)
    expect(await runInner(user, { spec: SPEC })).toMatchObject({ exitCode: 0, stdout: 'started\n' })
  })

  test.each([
    { title: 'no route', spec: { routes: [] }, status: 2, message: /proxy routing spec contained no routes/ },
    {
      title: 'a standard descriptor',
      spec: { routes: [{ env_key: 'HTTP_PROXY', control_fd: 2 }] },
      status: 2,
      message: /proxy bootstrap channel must not use standard descriptors/,
    },
    {
      title: 'a descriptor that is not open',
      spec: { routes: [{ env_key: 'HTTP_PROXY', control_fd: 77 }] },
      status: 125,
      message: /descriptor 77/,
    },
    {
      title: 'a variable that is not set',
      spec: { routes: [{ env_key: 'WSS_PROXY', control_fd: FIRST }] },
      status: 125,
      message: /error activating Linux proxy routing bridge: .*WSS_PROXY/s,
    },
    { title: 'no routes at all', spec: undefined, status: 125, message: /outer stage has to lead to them/ },
    { title: 'a document that is none', spec: 'x', status: 2, message: /proxy route spec/ },
  ])('starts nothing with $title', async ({ spec, status, message }) => {
    const end = await runInner(user, { spec })
    expect(end).toMatchObject({ exitCode: status, stdout: '' })
    expect(end.stderr).toMatch(message)
    expect(end.stderr).not.toContain('secret')
  })

  test.runIf(hasFeature('network'))('starts nothing where others are in the same network', async () => {
    const launcher = LAUNCHER.filter((word) => word !== '--unshare-net')
    const end = await runInner(user, { spec: SPEC, launcher })
    expect(end).toMatchObject({ exitCode: 125, stdout: '' })
    expect(end.stderr).toMatch(/more than loopback/)
  })
})
