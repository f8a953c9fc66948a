import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { openWorkshop, reasonToSkip, USERS } from './host.js'
import { becomes, childrenOf, pidsWith } from './processes.js'
import { requestFor, run, start } from './run.js'

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
    `sh -c '${deaf}' & setsid sh -c '${deaf}' & trap "" HUP INT TERM; echo ready; sleep 300; : ${marker}`,
  ]
}

describe.skipIf(reasonToSkip()).each(USERS)('nothing outlives the run, as $name', (user) => {
  const marker = `life-${user.uid ?? 'self'}-${process.pid}`
  const isOver = () => pidsWith(marker).length === 0

  test.each(['supervise', 'bwrap', 'enter'])('when %s is killed', async (victim) => {
    const started = start({ program, user, pieces: [requestFor(leaveBehind(marker))] })
    await Promise.all([started.said('ready'), started.started])
    expect(await becomes(() => pidsWith(marker).length >= 3)).toBe(true)
    const supervise = started.child.pid!
    const [bwrap] = childrenOf(supervise)
    const [enter] = childrenOf(bwrap!)
    const pids = { supervise, bwrap: bwrap!, enter: enter! }
    process.kill(pids[victim as keyof typeof pids], 'SIGKILL')
    expect(await becomes(isOver, 1000)).toBe(true)
    const outcome = await started.done
    if (victim === 'supervise') return expect(outcome).toMatchObject({ signal: 'SIGKILL' })
    expect(outcome).toMatchObject({
      exitCode: 137,
      reports: [{ kind: 'started' }, { kind: 'ended', exitCode: null, signal: 9 }],
    })
    const leftToInit = Object.values(pids).filter((pid) => existsSync(`/proc/${pid}`))
    expect(leftToInit, 'no zombie is left for somebody else to reap').toEqual([])
  })

  test('when the caller is killed', async () => {
    const request = Buffer.from(requestFor(leaveBehind(marker))).toString('base64')
    const args = ['-e', CALLER, program, request, String(user.uid ?? '')]
    const caller = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(caller.stdout, 'data')) as [Buffer]
    const supervise = Number(line.toString().split(' ')[1])
    // Its arguments hold the marker only in base64, so these are the command's.
    expect(await becomes(() => pidsWith(marker).length >= 3)).toBe(true)
    caller.kill('SIGKILL')
    expect(await becomes(isOver, 1000)).toBe(true)
    expect(await becomes(() => !pidsWith(program).includes(supervise))).toBe(true)
  })

  test('when the command ends', async () => {
    const script = `sh -c 'trap "" HUP INT TERM; exec sleep 300' ${marker} >/dev/null 2>&1 & setsid sleep 300.${process.pid} & exit 4`
    expect(await run({ program, user }, ['sh', '-c', script, marker])).toMatchObject({ exitCode: 4 })
    expect(isOver() && pidsWith(`300.${process.pid}`).length === 0).toBe(true)
  })

  test('orphans are reaped while the command runs', async () => {
    const script =
      'for i in 1 2 3 4 5; do (sleep 0.01 & ) ; done; sleep 0.2; grep -l "^State:.Z" /proc/[0-9]*/status; exit 0'
    expect((await run({ program, user }, ['sh', '-c', script])).stdout.toString()).toBe('')
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
