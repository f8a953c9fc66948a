import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import {
  encodeSuperviseRequest,
  ENTER_PROGRAM,
  ReportReader,
  STATUS_SOCKET,
  type Report,
} from '@linux-sandbox/native'
import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  identityOf,
  processesWith,
  runProgram,
  stageDirectory,
  stagedNode,
  uniqueSeconds,
  until,
  type Outcome,
} from '../../support/index.ts'
import { directoryWithBwrap } from '../bad-input/programs.ts'
import { stagedNative } from '../placeholders/supervised.ts'
import { fakeBwrap, REAL_BWRAP } from './fakes.ts'

const TIMEOUT_MS = 1000
/** Source: asm-generic/errno.h. */
const ETIMEDOUT = 110

describeForUsers('a bwrap that hangs', [], (user) => {
  async function reportsOf(body: string, setupTimeoutMs: number): Promise<readonly Report[]> {
    const child = spawn(stagedNative(), ['supervise', '3', '3', String(process.pid)], {
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      ...identityOf(user),
    })
    const control = child.stdio[3] as Duplex
    const reader = new ReportReader()
    const reports: Report[] = []
    control.on('data', (chunk: Buffer) => reports.push(...reader.push(chunk)))
    control.write(
      encodeSuperviseRequest({
        launcher: `${directoryWithBwrap(user, fakeBwrap(body))}/bwrap`,
        launcherArgv: [
          ...['bwrap', '--as-pid-1', '--unshare-user', '--unshare-pid', '--ro-bind', '/', '/'],
          ...['--cap-drop', 'ALL', '--', ENTER_PROGRAM, 'enter', STATUS_SOCKET],
        ],
        setupTimeoutMs,
        enter: { argv: ['true'], env: { PATH: '/usr/bin:/bin' }, cwd: '/' },
        reraise: false,
      }),
    )
    await once(child, 'close')
    return reports
  }

  test('is killed after the time for the set-up, with what it has started', async () => {
    const seconds = uniqueSeconds()
    const [report, ...others] = await reportsOf(`echo slow >&2; /bin/sleep ${seconds}`, TIMEOUT_MS)
    expect(report).toMatchObject({
      kind: 'failed',
      step: 'launcher',
      errno: ETIMEDOUT,
      text: expect.stringContaining('slow') as string,
    })
    expect(others).toEqual([])
    await until(() => processesWith(seconds).length === 0)
  })

  test('no longer than that is not', async () => {
    const kinds = (await reportsOf(`exec ${REAL_BWRAP} "$@"`, 30 * TIMEOUT_MS)).map(({ kind }) => kind)
    expect(kinds).toEqual(['started', 'ended'])
  })

  test('is a typed error of the library, with what helps', async () => {
    const path = directoryWithBwrap(user, fakeBwrap(`/bin/sleep ${uniqueSeconds()}`))
    const scenario = {
      sandbox: { profile: readOnly(), setupTimeoutMs: TIMEOUT_MS },
      command: ['true'],
    }
    const { stdout } = await runProgram(user, stagedNode(), [`${stageDirectory()}/driver.mjs`], {
      input: JSON.stringify(scenario),
      env: { PATH: `${path}:/usr/bin:/bin` },
    })
    const { error } = JSON.parse(stdout) as Outcome
    expect(error).toMatchObject({ step: 'launcher', errno: ETIMEDOUT, exitStatus: 125 })
    expect(error?.hint).toMatch(/setupTimeoutMs/)
  })
})
