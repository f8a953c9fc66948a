import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { withLock } from '../lock.mjs'
import { temporaryDirectory } from './workspace-fixture.ts'

const LOCK_MODULE = fileURLToPath(new URL('../lock.mjs', import.meta.url))

test('of many that want one lock, one at a time has it, and all get it', async () => {
  const file = join(temporaryDirectory(), 'deep/lock')
  let holders = 0
  const seen = await Promise.all(
    Array.from({ length: 5 }, (_, index) =>
      withLock(file, {
        onWait: () => undefined,
        action: async () => {
          holders += 1
          const together = holders
          await sleep(20)
          holders -= 1
          return { index, together }
        },
      }),
    ),
  )
  expect(seen).toEqual([0, 1, 2, 3, 4].map((index) => ({ index, together: 1 })))
})

test('an action that throws gives the lock back', async () => {
  const file = join(temporaryDirectory(), 'lock')
  const broken = withLock(file, {
    onWait: () => undefined,
    action: () => Promise.reject(new Error('broken')),
  })
  await expect(broken).rejects.toThrow('broken')
  await expect(withLock(file, { onWait: () => undefined, action: async () => 'mine' })).resolves.toBe('mine')
})

test(
  'a holder killed by SIGKILL leaves no lock, and whoever waited was told',
  { timeout: 20_000 },
  async () => {
    const file = join(temporaryDirectory(), 'lock')
    const script = `
    const { withLock } = await import(process.argv[1])
    const forever = () => new Promise(() => { console.log('held'); setInterval(() => {}, 1000) })
    await withLock(process.argv[2], { onWait() {}, action: forever })`
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script, LOCK_MODULE, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(holder.stdout, 'data')

    const onWait = vi.fn(() => holder.kill('SIGKILL'))
    await expect(withLock(file, { onWait, action: async () => 'mine' })).resolves.toBe('mine')
    expect(onWait).toHaveBeenCalledTimes(1)
  },
)
