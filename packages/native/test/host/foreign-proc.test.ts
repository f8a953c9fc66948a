import { spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import { ReportReader, type Report } from '../../src/index.js'
import { openWorkshop, reasonToSkip } from './host.js'
import { becomes, pidsWith } from './processes.js'
import { bwrapArgv, requestFor, WITHOUT_LAUNCHER } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

/** A PID namespace of its own, with the /proc of the host: its lists of children have other numbers. */
const FOREIGN_PROC = bwrapArgv().filter((word, at, all) => word !== '--proc' && all[at - 1] !== '--proc')

/** Runs `script` without a launcher in such a sandbox, which itself goes on until it reads a line. */
function startInside(script: string) {
  const outer = ['sh', '-c', `"$0" supervise 3 3 $$; echo "status $?"; read line`, workshop.program]
  const child = spawn(workshop.program, ['supervise', '4', '4', String(process.pid)], {
    env: {},
    stdio: ['pipe', 'pipe', 'ignore', 'pipe', 'pipe'],
  })
  const [stdin, stdout, , innerControl, outerControl] = child.stdio as unknown as Duplex[]
  const reader = new ReportReader()
  const reports: Report[] = []
  let said = ''
  stdout!.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')))
  innerControl!.on('data', (chunk: Buffer) => reports.push(...reader.push(chunk)))
  innerControl!.write(requestFor(['sh', '-c', script], WITHOUT_LAUNCHER))
  outerControl!.resume().write(requestFor(outer, { launcherArgv: FOREIGN_PROC }))
  const exit = new Promise((resolve) => child.once('exit', resolve))
  return { reports, said: () => said, end: () => stdin!.end('\n'), exit }
}

describe.skipIf(reasonToSkip())('under the /proc of another PID namespace', () => {
  const marker = `foreign-${process.pid}`
  const daemon = `trap "" HUP INT TERM; echo ready; sleep 300; : ${marker}`

  test('what the command leaves behind is ended, and nobody else', async () => {
    const bystander = spawn('sleep', ['300'], { stdio: 'ignore' })
    const script = `{ (setsid sh -c '(${daemon}) &' &) & sh -c '${daemon}' & } | { read a; read b; }; exit 4`
    const started = startInside(script)
    expect(await becomes(() => started.said().includes('status'), 30_000)).toBe(true)
    expect(started.reports).toMatchObject([{ kind: 'started' }, { kind: 'ended', exitCode: 4 }])
    expect(started.said()).toBe('status 4\n')
    expect(pidsWith(marker)).toEqual([])
    expect(bystander.exitCode ?? bystander.signalCode).toBe(null)
    bystander.kill()
    started.end()
    expect(await started.exit).toBe(0)
  })
})
