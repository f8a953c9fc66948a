import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ARCHS, inScratch, linkProgram, stateFor } from '@linux-sandbox/build-standalone'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isBuilt, PROGRAM, readOnlyWords, runLimited } from '../support/program.ts'

const NODE_ARCH = process.arch === 'arm64' ? 'arm64' : 'x64'

const MEMORY_BYTES = 256 * 1024 * 1024

const OUTSIDE = [
  { address: 0xffff_0000, place: 'the last that can be named', words: 'the engine left its memory' },
  {
    address: MEMORY_BYTES,
    place: 'the first above the most it can have',
    words: 'the engine left its memory',
  },
  {
    address: MEMORY_BYTES / 2,
    place: 'one that it could have and has not',
    words: 'the engine ran out of stack or memory',
  },
] as const

describe.runIf(isBuilt)('an engine that looks for its state', () => {
  let directory: string
  let state: Awaited<ReturnType<typeof stateFor>>
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'standalone-bounds-'))
    state = await stateFor(NODE_ARCH)
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  const echo = readOnlyWords('/bin/echo', 'started')

  test('where it is finds it', () => {
    expect(runLimited(':', [PROGRAM, ...echo])).toEqual({ status: 0, stdout: 'started\n', stderr: '' })
  })

  test.each(OUTSIDE)('at $address, $place, starts nothing', ({ address, words }) => {
    const places = { ...state.places, SNAPSHOT_CONTEXT: address }
    inScratch(directory, (scratch) => {
      const program = linkProgram({ arch: ARCHS[NODE_ARCH], state: { ...state, places }, scratch })
      const { status, stdout, stderr } = runLimited(':', [program, ...echo])
      expect({ status, stdout }).toEqual({ status: 125, stdout: '' })
      expect(stderr).toMatch(`linux-sandbox: ${words}, so nothing was started\n`)
    })
  })
})
