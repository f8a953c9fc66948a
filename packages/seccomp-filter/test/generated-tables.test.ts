import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const GENERATOR = fileURLToPath(new URL('../../../tools/gen-syscalls/gen-syscalls.mjs', import.meta.url))
/** The generator's own statuses. */
const FRESH = 0
const NOT_COMPARABLE = 3

test('the committed tables are what the kernel headers give', (context) => {
  const { status, stderr } = spawnSync(process.execPath, [GENERATOR, '--check'], { encoding: 'utf8' })
  const isRequired = (process.env['SANDBOX_TEST_REQUIRE'] ?? '').split(',').includes('kernelHeaders')
  if (status === NOT_COMPARABLE && !isRequired) context.skip(stderr.trim())
  expect({ status, stderr }).toEqual({ status: FRESH, stderr: '' })
})

test('the generator refuses words it does not know', () => {
  expect(spawnSync(process.execPath, [GENERATOR, '--chekc'], { encoding: 'utf8' })).toMatchObject({
    status: 2,
    stderr: 'usage: node tools/gen-syscalls/gen-syscalls.mjs [--check]\n',
  })
})
