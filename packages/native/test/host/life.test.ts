import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { openWorkshop, reasonToSkip, reasonToSkipNative, USERS } from './host.js'
import { becomes, childrenOf, pidsWith } from './processes.js'
import {
  INHERITED_PIDS,
  NATIVE,
  NATIVE_INHERITED_PIDS,
  requestFor,
  run,
  start,
  WITHOUT_LAUNCHER,
  withParts,
  type RequestParts,
} from './run.js'
import { CONFINED, hasLandlock } from './landlock.js'

const workshop = openWorkshop()
afterAll(workshop.remove)
const { program } = workshop

/** Starts `supervise` as Node would, says so, and waits to be killed. */
const CALLER = `
const { spawn } = require('node:child_process')
const [program, request, uid] = process.argv.slice(1)
const who = uid === '' ? {} : { uid: Number(uid), gid: Number(uid) }
const child = spawn(program, ['supervise', '3', '3', String(process.pid)], { env: {}, stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true, ...who })
child.stdio[3].on('data', () => console.log('started', child.pid)).write(Buffer.from(request, 'base64'))
`

/** Leaves processes behind in every way: in the background, in a session of their own, deaf to signals. */
function leaveBehind(marker: string): string[] {
  const deaf = `trap "" HUP INT QUIT TERM; sleep 300; : ${marker}`
  return [
    'sh',
    '-c',
    `sh -c '${deaf}' & setsid sh -c '${deaf}' & (setsid sh -c '(${deaf}) &' &) & trap "" HUP INT TERM; echo ready; sleep 300; : ${marker}`,
  ]
}

interface Life {
  readonly life: string
  readonly parts: RequestParts
  /** Each is the parent of the next. */
  readonly chain: readonly string[]
}

const NATIVE_LIVES: readonly Life[] = [
  { life: 'in a native launch', parts: NATIVE, chain: ['supervise', 'enter'] },
  {
    life: 'in a native launch in the PID namespace of the host',
    parts: NATIVE_INHERITED_PIDS,
    chain: ['supervise', 'enter'],
  },
]

const LIVES: readonly Life[] = [
  { life: 'in a PID namespace', parts: {}, chain: ['supervise', 'bwrap', 'enter'] },
  { life: 'in the PID namespace of the host', parts: INHERITED_PIDS, chain: ['supervise', 'bwrap', 'enter'] },
  ...(reasonToSkipNative() === undefined ? NATIVE_LIVES : []),
  { life: 'without a launcher', parts: WITHOUT_LAUNCHER, chain: ['supervise', 'enter'] },
  ...(hasLandlock()
    ? [
        {
          life: 'without a launcher, under Landlock',
          parts: withParts(WITHOUT_LAUNCHER, { enter: { landlock: CONFINED } }),
          chain: ['supervise', 'enter'],
        },
      ]
    : []),
]

const CASES = USERS.flatMap((user) => LIVES.map((life) => ({ ...life, user, name: user.name })))

describe.skipIf(reasonToSkip()).each(CASES)('nothing outlives the run $life, as $name', (one) => {
  const { user, parts, chain } = one
  const marker = `life-${user.uid ?? 'self'}-${process.pid}-${CASES.indexOf(one)}.`
  const isOver = () => pidsWith(marker).length === 0

  test.each(chain)('when %s is killed', async (victim) => {
    const started = start({ program, user, pieces: [requestFor(leaveBehind(marker), parts)] })
    await Promise.all([started.said('ready'), started.started])
    expect(await becomes(() => pidsWith(marker).length >= 4)).toBe(true)
    const pids = [started.child.pid!]
    for (const _ of chain.slice(1)) pids.push(childrenOf(pids.at(-1)!)[0]!)
    process.kill(pids[chain.indexOf(victim)]!, 'SIGKILL')
    expect(await becomes(isOver, 1000)).toBe(true)
    const outcome = await started.done
    if (victim === 'supervise') return expect(outcome).toMatchObject({ signal: 'SIGKILL' })
    expect(outcome).toMatchObject({
      exitCode: 137,
      reports: [{ kind: 'started' }, { kind: 'ended', exitCode: null, signal: 9 }],
    })
    const leftToInit = pids.filter((pid) => existsSync(`/proc/${pid}`))
    expect(leftToInit, 'no zombie is left for somebody else to reap').toEqual([])
  })

  test('when the caller is killed', async () => {
    const request = Buffer.from(requestFor(leaveBehind(marker), parts)).toString('base64')
    const args = ['-e', CALLER, program, request, String(user.uid ?? '')]
    const caller = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(caller.stdout, 'data')) as [Buffer]
    const supervise = Number(line.toString().split(' ')[1])
    // Its arguments hold the marker only in base64, so these are the command's.
    expect(await becomes(() => pidsWith(marker).length >= 4)).toBe(true)
    caller.kill('SIGKILL')
    expect(await becomes(isOver, 1000)).toBe(true)
    expect(await becomes(() => !pidsWith(program).includes(supervise))).toBe(true)
  })

  test('when the command ends', async () => {
    const daemon = `trap "" HUP INT TERM; echo ready; sleep 300; : ${marker}`
    const script = `{ (setsid sh -c '(${daemon}) &' &) & sh -c '${daemon}' & } | { read a; read b; }; exit 4`
    const outcome = await run({ program, user }, ['sh', '-c', script], parts)
    expect(outcome).toMatchObject({
      exitCode: 4,
      reports: [{ kind: 'started' }, { kind: 'ended', exitCode: 4 }],
    })
    expect(isOver()).toBe(true)
  })

  test('orphans are reaped while the command runs', async () => {
    const script =
      'for i in 1 2 3 4 5; do (sleep 0.01 & ) ; done; sleep 0.2; ' +
      'grep -l "^State:.Z" /proc/[0-9]*/status 2>&- | xargs -r grep -l "^PPid:.$PPID\\$" 2>&-; exit 0'
    expect((await run({ program, user }, ['sh', '-c', script], parts)).stdout.toString()).toBe('')
  })
})

describe.skipIf(reasonToSkip())('many runs', () => {
  test('side by side do not disturb each other', async () => {
    const statuses = Array.from({ length: 40 }, (_, index) => index)
    const outcomes = await Promise.all(
      statuses.map((status) => run({ program }, ['sh', '-c', `exit ${status}`])),
    )
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual(statuses)
  })
})
