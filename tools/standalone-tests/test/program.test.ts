import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ARCHS, bundle, inScratch, linkProgram, stateFor } from '@linux-sandbox/build-standalone'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isBuilt, ON_NODE, PROGRAM, readOnlyWords, runLimited } from '../support/program.ts'

const NODE_ARCH = process.arch === 'arm64' ? 'arm64' : 'x64'

const LARGEST_BYTES = 3_000_000

describe.runIf(isBuilt)('the helper as one file', () => {
  test('tells its version as the one on Node does, and what it was made of', async () => {
    const { digest } = await bundle(NODE_ARCH)
    const onNode = runLimited(':', [process.execPath, ON_NODE, '--version'])
    const { stdout } = runLimited(':', [PROGRAM, '--version'], {})
    expect(stdout).toBe(`${onNode.stdout}bundle sha256:${digest}\n`)
  })

  test('needs neither Node nor bwrap nor any variable', () => {
    const words = [PROGRAM, ...readOnlyWords('/bin/sh', '-c', 'echo started; echo x > /denied')]
    const { status, stdout, stderr } = runLimited('unset PATH', words, {})
    expect({ status, stdout }).toEqual({ status: 2, stdout: 'started\n' })
    expect(stderr).toMatch(/denied: Read-only file system/)
  })

  test('is small', () => {
    expect(statSync(PROGRAM).size).toBeLessThanOrEqual(LARGEST_BYTES)
  })

  test('is static', () => {
    expect(readFileSync(PROGRAM).includes('ld-linux')).toBe(false)
    expect(readFileSync(PROGRAM).includes('ld-musl')).toBe(false)
  })
})

describe.runIf(isBuilt)('with little', () => {
  const echo = readOnlyWords('/bin/sh', '-c', 'echo started')

  test.each(['ulimit -v 200000', 'ulimit -v 60000', 'ulimit -s 256', 'ulimit -n 64'])(
    '%s it works',
    (limits) => {
      expect(runLimited(limits, [PROGRAM, ...echo])).toEqual({ status: 0, stdout: 'started\n', stderr: '' })
    },
  )

  test.each(['ulimit -v 5000', 'ulimit -v 6500'])('%s it says that it has too little', (limits) => {
    // As none before it, or it would need no engine.
    const env = { PATH: '/usr/bin:/bin', START: randomUUID() }
    const { status, stdout, stderr } = runLimited(limits, [PROGRAM, ...echo], env)
    expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
    expect(stderr).toMatch(/^linux-sandbox: .*memory.*, so nothing was started\nhint: /)
  })
})

describe.runIf(isBuilt)('two builds', () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'standalone-builds-'))
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  test('in two directories give the same bytes, those of the program', async () => {
    const digests: string[] = []
    for (let round = 0; round < 2; round++) {
      const state = await stateFor(NODE_ARCH)
      inScratch(directory, (scratch) => {
        const file = linkProgram({ arch: ARCHS[NODE_ARCH], state, scratch })
        digests.push(createHash('sha256').update(readFileSync(file)).digest('hex'))
      })
    }
    const published = createHash('sha256').update(readFileSync(PROGRAM)).digest('hex')
    expect(digests).toEqual([published, published])
  })
})
