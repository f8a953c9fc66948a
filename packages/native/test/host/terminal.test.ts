import { spawn, spawnSync } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import { openWorkshop, reasonToSkip } from './host.js'
import { becomes, childrenOf, stateOf } from './processes.js'
import { requestFor } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

/** script(1) of util-linux gives a terminal; a shell with job control stands between it and `supervise`. */
const hasScript = spawnSync('script', ['--version']).status === 0

/** Starts `supervise` on a terminal whose keyboard is `type`. */
function startOnTerminal(script: string) {
  const shell = `bash --norc -mc '${workshop.program} supervise 3 3 $$; echo status $?; fg; echo status $?'`
  const child = spawn('script', ['-qefc', shell, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore', 'pipe'] })
  const [stdin, stdout, , control] = child.stdio as unknown as Duplex[]
  let seen = ''
  stdout!.on('data', (chunk: Buffer) => (seen += chunk.toString('latin1')))
  control!.resume().write(requestFor(['sh', '-c', script]))
  const exit = new Promise((resolve) => child.once('exit', resolve))
  return { child, exit, type: (key: string) => stdin!.write(key), seen: () => seen }
}

describe.skipIf(reasonToSkip() ?? (hasScript ? undefined : 'no script(1)'))('a terminal', () => {
  test('is the command’s; ^Z stops the whole job, fg goes on with it, ^C runs the trap', async () => {
    const loop = 'while :; do sleep 0.02; done'
    const run = startOnTerminal(
      `trap "echo trapped; exit 9" INT; test -t 0 && test -t 1 && echo ready; ${loop}`,
    )
    expect(await becomes(() => run.seen().includes('ready'))).toBe(true)
    run.type('\x1a')
    // 148: 128 + SIGTSTP. Then the shell itself brings the job back.
    expect(await becomes(() => /status 148/.test(run.seen()))).toBe(true)
    run.type('\x03')
    expect(await becomes(() => /trapped\r\nstatus 9/.test(run.seen()))).toBe(true)
    await run.exit
  })

  test('that ends hangs up the command', async () => {
    const run = startOnTerminal('trap "" INT; echo ready; sleep 300')
    expect(await becomes(() => run.seen().includes('ready'))).toBe(true)
    const pids = [run.child.pid!]
    for (const pid of pids) pids.push(...childrenOf(pid))
    expect(pids.length).toBeGreaterThan(4)
    run.child.kill('SIGKILL')
    expect(await becomes(() => pids.slice(1).every(isGone))).toBe(true)
  })
})

function isGone(pid: number): boolean {
  try {
    return stateOf(pid) === 'Z'
  } catch {
    return true
  }
}
