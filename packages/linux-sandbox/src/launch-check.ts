import { spawnSync } from 'node:child_process'
import type { FailedStep } from '@linux-sandbox/errors'
import { errnoOf } from '@linux-sandbox/host-probe'
import { STEPS } from '@linux-sandbox/native'

/** Far longer than it takes on any machine. */
const CHECK_MS = 20_000

/**
 * What keeps the native program from making a sandbox here; `undefined` where nothing does. Starts `nativeProgram`. That it gives no
 * answer is the step `spawn`.
 */
export function launchRefusal(nativeProgram: string): FailedStep | undefined {
  const { stdout, error } = spawnSync(nativeProgram, ['launch-check'], {
    encoding: 'utf8',
    env: {},
    cwd: '/',
    timeout: CHECK_MS,
  })
  if (error === undefined && stdout === 'ok\n') return undefined
  const [, number, errno] = /^(\d+) (\d+)\n$/.exec(stdout ?? '') ?? []
  const step = Object.entries(STEPS).find(([, one]) => one === Number(number))?.[0]
  return step === undefined ? { step: 'spawn', errno: errnoOf(error) } : { step, errno: Number(errno) }
}
