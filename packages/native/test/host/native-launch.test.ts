import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import type { LaunchOperation } from '../../src/index.js'
import { openWorkshop, reasonToSkipNative, USERS } from './host.js'
import { inside, openEndpoint, routed } from './endpoints.js'
import { becomes, pidsExecuting, pidsWith } from './processes.js'
import { NATIVE, requestFor, run, start, withParts, type RequestParts } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)
const { program } = workshop

/** So many mounts on top of each other that making them takes a while. */
const SLOW: RequestParts = withParts(NATIVE, {
  operations: [
    { type: 'root', access: 'read', devices: false },
    { type: 'dev' },
    { type: 'proc' },
    ...Array.from({ length: 6000 }, (): LaunchOperation => ({
      type: 'bind',
      source: '/usr',
      target: '/usr',
      access: 'read',
    })),
  ],
})

/** Starts `supervise` and waits to be killed. */
const CALLER = `
const { spawn } = require('node:child_process')
const [program, uid] = process.argv.slice(1)
const who = uid === '' ? {} : { uid: Number(uid), gid: Number(uid) }
const child = spawn(program, ['supervise', '3', '3', String(process.pid)], { env: {}, stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true, ...who })
process.stdin.pipe(child.stdio[3])
console.log('ready', child.pid)
`

describe.skipIf(reasonToSkipNative()).each(USERS)('a native launch, as $name', (user) => {
  const host = { program, user }

  test('the command runs in namespaces of its own, without a capability', async () => {
    const names = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup'].map((name) => `/proc/self/ns/${name}`)
    const script = `readlink ${names.join(' ')}; grep CapEff /proc/self/status; echo $$ $(id -u)`
    const { stdout, reports } = await run(host, ['sh', '-c', script], NATIVE)
    expect(reports).toMatchObject([{ kind: 'started' }, { kind: 'ended', exitCode: 0 }])
    const lines = stdout.toString().trim().split('\n')
    for (const [index, name] of names.entries()) expect(lines[index]).not.toBe(readlinkSync(name))
    const uid = user.uid ?? process.getuid?.()
    expect(lines.slice(names.length)).toEqual(['CapEff:\t0000000000000000', `2 ${uid}`])
  })

  test('a namespace that is not asked for is that of the host', async () => {
    const script = 'readlink /proc/self/ns/net /proc/self/ns/uts /proc/self/ns/ipc'
    const parts = withParts(NATIVE, { namespaces: ['pid', 'ipc'] })
    const { stdout } = await run(host, ['sh', '-c', script], parts)
    const [net, uts, ipc] = stdout.toString().trim().split('\n')
    expect([net, uts]).toEqual(['net', 'uts'].map((name) => readlinkSync(`/proc/self/ns/${name}`)))
    expect(ipc).not.toBe(readlinkSync('/proc/self/ns/ipc'))
  })

  test('the loopback interface is up, and there is no other', async () => {
    const script =
      "cut -d: -f1 /proc/net/dev | tail -n +3 | tr -d ' ' | grep -v -e tunl0 -e sit0; cat /proc/net/fib_trie | grep -c 127.0.0.1"
    const { stdout } = await run(host, ['sh', '-c', script], NATIVE)
    expect(stdout.toString()).toMatch(/^lo\n[1-9]\d*\n$/)
  })

  test('the streams, the directory, the environment, the mask and the status are as with a launcher', async () => {
    const script = 'cat; pwd; env -i /usr/bin/env; ls /proc/$$/fd; umask; echo err >&2; exit 5'
    const argv = ['sh', '-c', script]
    const parts = withParts(NATIVE, { enter: { argv, cwd: '/usr', env: { PATH: '/usr/bin' } } })
    const started = start({ ...host, pieces: [requestFor(argv, parts)] })
    started.stdin.end('in\n')
    const { stdout, stderr, exitCode } = await started.done
    const mask = process.umask().toString(8).padStart(4, '0')
    expect([stdout, stderr].map(String)).toEqual([`in\n/usr\n0\n1\n2\n${mask}\n`, 'err\n'])
    expect(exitCode).toBe(5)
  })

  test('the command is in a session without a terminal', async () => {
    const { stdout } = await run(host, ['sh', '-c', 'cat /proc/$$/stat; : </dev/tty'], NATIVE)
    const [, , , parent, , session, terminal] = stdout.toString().split(' ')
    expect({ parent, session, terminal }).toEqual({ parent: '1', session: '1', terminal: '0' })
  })

  test('launch-check says that it is possible', () => {
    const who = user.uid === undefined ? {} : { uid: user.uid, gid: user.uid }
    const { stdout, status } = spawnSync(program, ['launch-check'], { encoding: 'utf8', ...who })
    expect({ stdout, status }).toEqual({ stdout: 'ok\n', status: 0 })
  })

  test('many at once do not disturb each other', async () => {
    const statuses = Array.from({ length: 40 }, (_, index) => index)
    const outcomes = await Promise.all(
      statuses.map((status) => run(host, ['sh', '-c', `exit ${status}`], NATIVE)),
    )
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual(statuses)
  })

  test('placeholders stand where something is mounted, and are gone afterwards', async () => {
    const room = mkdtempSync(join(workshop.directory, 'room-'))
    spawnSync('chmod', ['777', room])
    const target = join(room, 'missing')
    const mask: LaunchOperation = { type: 'mask-directory', target, traversable: false }
    const parts = withParts(NATIVE, {
      operations: [...NATIVE.operations!, mask, { type: 'remount-read-only', target }],
      registry: join(workshop.directory, `registry-${user.uid}`),
      placeholders: [{ path: target }],
    })
    const { stdout, exitCode } = await run(host, ['sh', '-c', `stat -c %a ${target}; ls ${room}`], parts)
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 0, stdout: '0\nmissing\n' })
    expect(spawnSync('ls', ['-A', room], { encoding: 'utf8' }).stdout).toBe('')
  })

  test('a route leads through the relay', async () => {
    const endpoint = await openEndpoint((socket) => socket.end('relayed'))
    const command = inside('console.log(String(await whole(connect())))')
    const { stdout } = await run(host, command, routed([endpoint.route], NATIVE))
    expect(stdout.toString()).toBe('relayed\n')
    await endpoint.close()
  })

  test('with few descriptors', async () => {
    const script = `ulimit -n 24; exec "$0" "$@"`
    const numbers = ['supervise', '3', '3']
    const child = spawn('sh', ['-c', `${script}`, program, ...numbers, String(process.pid)], {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
      ...(user.uid === undefined ? {} : { uid: user.uid, gid: user.uid }),
    })
    const exited = once(child, 'exit')
    const control = child.stdio[3] as Duplex
    control.resume().write(requestFor(['echo', 'done'], SLOW))
    const [output] = (await once(child.stdout!, 'data')) as [Buffer]
    expect(output.toString()).toBe('done\n')
    await exited
  }, 60_000)
})

describe.skipIf(reasonToSkipNative()).each(USERS)(
  'during the set-up of a native launch, as $name',
  (user) => {
    const host = { program, user }
    const marker = `set-up-${user.uid}-${process.pid}.`
    const isOver = () => pidsExecuting(program).length === 0 && pidsWith(marker).length === 0
    const startSlowly = (script: string) =>
      start({ ...host, pieces: [requestFor(['sh', '-c', script, marker], SLOW)] })
    /** Both processes are there: supervise and the one that mounts. */
    const isMounting = () => becomes(() => pidsExecuting(program).length === 2)

    test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)('%s ends the run', async (name) => {
      const started = startSlowly('echo started')
      expect(await isMounting()).toBe(true)
      started.child.kill(name)
      const { signal, reports, stdout } = await started.done
      expect({ signal, stdout: stdout.toString() }).toEqual({ signal: name, stdout: '' })
      expect(reports).toMatchObject([{ kind: 'failed', step: 'interrupted' }])
      expect(isOver()).toBe(true)
    })

    test('a signal that ends no run is passed on when the command is there', async () => {
      const started = startSlowly("trap 'echo trapped; exit 7' USR1; while :; do sleep 0.02; done")
      expect(await isMounting()).toBe(true)
      started.child.kill('SIGUSR1')
      // It may come before the trap is set, and then ends the command.
      const { exitCode, signal } = await started.done
      expect([7, null]).toContain(exitCode)
      if (exitCode === null) expect(signal).toBe('SIGUSR1')
    }, 30_000)

    test.each(['supervise', 'the one that mounts'])('%s is killed', async (victim) => {
      const started = startSlowly('echo started')
      expect(await isMounting()).toBe(true)
      const [mounting] = pidsExecuting(program).filter((pid) => pid !== started.child.pid)
      process.kill(victim === 'supervise' ? started.child.pid! : mounting!, 'SIGKILL')
      const { reports, stdout } = await started.done
      expect(stdout.toString()).toBe('')
      if (victim !== 'supervise')
        expect(reports).toMatchObject([{ kind: 'failed', step: 'launcher', signal: 9 }])
      expect(await becomes(isOver, 5000)).toBe(true)
    })

    test('the caller dies', async () => {
      const caller = spawn(process.execPath, ['-e', CALLER, program, String(user.uid ?? '')], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      caller.stdin.write(requestFor(['sh', '-c', 'sleep 60', marker], SLOW))
      await once(caller.stdout, 'data')
      // Itself, supervise and the one that mounts.
      expect(await becomes(() => pidsExecuting(program).length === 3)).toBe(true)
      caller.kill('SIGKILL')
      expect(await becomes(isOver, 5000)).toBe(true)
    })

    test('the time is over', async () => {
      const bytes = requestFor(['echo', 'started'], { ...SLOW, setupTimeoutMs: 20 })
      const { exitCode, reports, stdout } = await start({ ...host, pieces: [bytes] }).done
      expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
      expect(reports).toMatchObject([{ kind: 'failed', step: 'launcher', errno: 110 }])
      expect(isOver()).toBe(true)
    })
  },
)

test.skipIf(reasonToSkipNative())('where namespaces are not allowed, that is what is told', () => {
  mkdirSync(join(workshop.directory, 'x'))
  const limit = 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$0" launch-check'
  // In a user namespace of its own, root may lower that limit.
  const { stdout, status } = spawnSync('unshare', ['-Ur', 'sh', '-c', limit, program], { encoding: 'utf8' })
  expect({ stdout, status }).toEqual({ stdout: '23 28\n', status: 0 })
})
