import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runCaptured } from '../child.mjs'

const CHILD_MODULE = fileURLToPath(new URL('../child.mjs', import.meta.url))

test.each([
  { script: 'echo out; echo err >&2; exit 3', status: 3, output: 'out\nerr\n', why: 'its own status' },
  { script: 'kill -TERM $$', status: 143, output: '', why: '128 + 15' },
  { script: 'cat', status: 0, output: '', why: 'its input is empty' },
])('sh -c "$script" gives status $status and both streams ($why)', async ({ script, status, output }) => {
  expect(await runCaptured('sh', ['-c', script])).toEqual({ status, output })
})

test('a program that is not there is an error', async () => {
  await expect(runCaptured('no-such-program', [])).rejects.toThrow('ENOENT')
})

test('SIGTERM goes to the child, and nothing is started after it', async () => {
  const script = `
    const { runInForeground } = await import(process.argv[1])
    await runInForeground('sh', ['-c', 'trap "echo trapped; exit 0" TERM; echo ready; while :; do sleep 0.1; done'])
    console.log('went on')`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script, CHILD_MODULE], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  parent.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (output === 'ready\n') parent.kill('SIGTERM')
  })
  const [status] = await once(parent, 'close')
  expect({ status, output }).toEqual({ status: 143, output: 'ready\ntrapped\n' })
})
