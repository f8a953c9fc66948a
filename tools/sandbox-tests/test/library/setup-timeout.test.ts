import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  processesWith,
  uniqueSeconds,
  until,
  userEnvironment,
  withLibrary,
} from '../../support/index.ts'
import { directoryWithBwrap } from '../bad-input/programs.ts'
import { fakeBwrap, REAL_BWRAP } from '../launcher/fakes.ts'

const TIMEOUT_MS = 500
/** Source: asm-generic/errno.h. */
const ETIMEDOUT = 110

describeForUsers('the time for the set-up', [], (user) => {
  const runWith = (body: string, setupTimeoutMs: number) => {
    const env = userEnvironment()
    const path = `${directoryWithBwrap(user, fakeBwrap(body))}:${env['PATH']}`
    return withLibrary(
      user,
      { profile: readOnly(), setupTimeoutMs, backend: 'bwrap' as const },
      ({ lib, attempt }, options) =>
        attempt(async () => (await (await lib.Sandbox.create(options)).run('true')).exitCode),
      { env: { ...env, PATH: path } },
    )
  }

  test('ends a launcher that hangs, with a typed error, and leaves one alone that is slower than nothing', async () => {
    const seconds = uniqueSeconds()
    const { error } = await runWith(`/bin/sleep ${seconds}`, TIMEOUT_MS)
    expect(error).toMatchObject({ code: 'SANDBOX_SETUP_FAILED', step: 'launcher', errno: ETIMEDOUT })
    expect(error?.message).toContain(`${TIMEOUT_MS} ms`)
    await until(() => processesWith(seconds).length === 0)
    expect(await runWith(`exec ${REAL_BWRAP} "$@"`, 100 * TIMEOUT_MS)).toEqual({ value: 0 })
  })
})
