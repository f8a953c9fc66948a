import { readlinkSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { openWorkshop, reasonToSkip, reasonToSkipNative, USERS } from './host.js'
import { becomes, childrenOf, pidsWith, stateOf } from './processes.js'
import {
  INHERITED_PIDS,
  NATIVE,
  NATIVE_INHERITED_PIDS,
  requestFor,
  run,
  start,
  WITHOUT_LAUNCHER,
  withParts,
} from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

/** By a builtin: bash, waiting for a program, can lose a SIGINT that both get (one in twenty thousand, on a busy machine). */
const FOREVER = 'sleep 1000 & while :; do wait; done'

describe.each(USERS)('without a launcher, as $name', (user) => {
  const host = { program: workshop.program, user }

  test('the command has its streams, directory, environment and status, and nothing else', async () => {
    const argv = ['sh', '-c', 'cat; pwd; env -i /usr/bin/env; ls /proc/$$/fd; echo err >&2; exit 5']
    const parts = withParts(WITHOUT_LAUNCHER, { enter: { argv, cwd: '/usr', env: { PATH: '/usr/bin' } } })
    const started = start({ ...host, pieces: [requestFor(argv, parts)] })
    started.stdin.end('in\n')
    const { stdout, stderr, ...end } = await started.done
    expect([stdout, stderr].map(String)).toEqual(['in\n/usr\n0\n1\n2\n', 'err\n'])
    expect(end).toMatchObject({ exitCode: 5, reports: [{ kind: 'started' }, { kind: 'ended', exitCode: 5 }] })
  })

  test('it is in the namespaces of the host', async () => {
    const names = ['pid', 'mnt', 'user', 'net'].map((name) => `/proc/self/ns/${name}`)
    const { stdout } = await run(host, ['readlink', ...names], WITHOUT_LAUNCHER)
    expect(stdout.toString().trim().split('\n')).toEqual(names.map((name) => readlinkSync(name)))
  })

  test('it is in a session of its own, which has no terminal', async () => {
    const { stdout } = await run(host, ['sh', '-c', 'cat /proc/$$/stat; : </dev/tty'], WITHOUT_LAUNCHER)
    const [, , , parent, , session, terminal] = stdout.toString().split(' ')
    expect({ session, terminal }).toEqual({ session: parent, terminal: '0' })
  })

  test.each([
    { why: 'is missing', argv: ['no-such-command'], exitCode: 127, step: 'exec', errno: 2 },
    { why: 'cannot be executed', argv: ['/etc/passwd'], exitCode: 126, step: 'exec', errno: 13 },
  ])('a command that $why', async ({ argv, exitCode, step, errno }) => {
    const reports = [{ kind: 'failed', attempt: 'first', step, errno }]
    expect(await run(host, argv, WITHOUT_LAUNCHER)).toMatchObject({ exitCode, reports })
  })

  test('many runs side by side', async () => {
    const statuses = Array.from({ length: 30 }, (_, index) => index)
    const outcomes = await Promise.all(
      statuses.map((status) => run(host, ['sh', '-c', `exit ${status}`], WITHOUT_LAUNCHER)),
    )
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual(statuses)
  })
})

const LIVES = [
  { life: 'without a launcher', parts: WITHOUT_LAUNCHER },
  ...(reasonToSkipNative() === undefined
    ? [
        { life: 'in a native launch in the PID namespace of the host', parts: NATIVE_INHERITED_PIDS },
        { life: 'in a native launch', parts: NATIVE },
      ]
    : []),
  ...(reasonToSkip() === undefined
    ? [{ life: 'under bwrap in the PID namespace of the host', parts: INHERITED_PIDS }]
    : []),
]
const CASES = USERS.flatMap((user) => LIVES.map((life) => ({ ...life, user, name: user.name })))

describe.each(CASES)('signals $life, as $name', ({ user, parts, life }) => {
  const startShell = (script: string, marker = 'sh') =>
    start({
      program: workshop.program,
      user,
      pieces: [requestFor(['bash', '-c', script, marker], parts)],
    })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'] as const)(
    '%s runs the trap of the command',
    async (name) => {
      const started = startShell(`trap 'echo trapped; exit 7' ${name.slice(3)}; echo ready; ${FOREVER}`)
      await started.said('ready')
      started.child.kill(name)
      const { exitCode, stdout } = await started.done
      expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 7, stdout: 'ready\ntrapped\n' })
    },
  )

  test.each(['SIGTERM', 'SIGINT', 'SIGUSR1'] as const)(
    '%s without a trap ends the command and then supervise by the same signal',
    async (name) => {
      const started = startShell(`echo ready; ${FOREVER}`)
      await started.said('ready')
      started.child.kill(name)
      expect(await started.done).toMatchObject({ exitCode: null, signal: name })
    },
  )

  test('SIGTSTP stops the command and SIGCONT lets it go on', async () => {
    const marker = `tstp-${life.length}-${user.uid}-${process.pid}`
    const started = startShell(`echo ready; ${FOREVER}`, marker)
    await started.said('ready')
    const [pid] = pidsWith(marker)
    started.child.kill('SIGTSTP')
    expect(await becomes(() => stateOf(pid!) === 'T')).toBe(true)
    started.child.kill('SIGCONT')
    expect(await becomes(() => stateOf(pid!) === 'S')).toBe(true)
    started.child.kill('SIGTERM')
    expect(await started.done).toMatchObject({ signal: 'SIGTERM' })
  })

  test('a process that goes on by forking and ending itself is caught', async () => {
    const marker = `hop-${life.length}-${user.uid}-${process.pid}`
    const started = startShell(`hop() { hop & exit; }; (hop) & sleep 0.1; exit 3`, marker)
    expect(await started.done).toMatchObject({ exitCode: 3 })
    expect(pidsWith(marker)).toEqual([])
  })

  test('hundreds of processes are ended', async () => {
    const marker = `crowd-${life.length}-${user.uid}-${process.pid}`
    const crowd = `for i in {1..20}; do (for j in {1..20}; do read x <&3 & done; read x <&3) & done`
    const started = startShell(`exec 3<&0; ${crowd}; echo ready; read x`, marker)
    await started.said('ready')
    expect(await becomes(() => pidsWith(marker).length > 400)).toBe(true)
    const [enter] = [started.child.pid!].flatMap(childrenOf)
    process.kill(enter!, 'SIGKILL')
    await started.done
    expect(pidsWith(marker)).toEqual([])
  })
})
