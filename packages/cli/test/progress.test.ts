import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { withProgress } from '../src/progress.ts'

const TEXT = 'looking ...'
const ERASED = `${TEXT}\r\u001B[K`
const NEVER = 2 ** 30

function makeFile(): { readonly path: string; readonly descriptor: number } {
  const directory = mkdtempSync(join(tmpdir(), 'progress-test-'))
  const path = join(directory, 'terminal')
  const descriptor = openSync(path, 'w')
  onTestFinished(() => {
    closeSync(descriptor)
    rmSync(directory, { recursive: true })
  })
  return { path, descriptor }
}

/** Keeps the thread busy, as a scan does. */
function waitForText(path: string): string {
  let text = ''
  while (text === '') text = readFileSync(path, 'utf8')
  return text
}

test('what takes long is spoken of while the thread is busy, and the line is erased afterwards', async () => {
  const { path, descriptor } = makeFile()
  const seen = await withProgress({ text: TEXT, descriptor, delayMs: 0 }, async () => waitForText(path))
  expect(seen).toBe(TEXT)
  expect(readFileSync(path, 'utf8')).toBe(ERASED)
})

test('the line is erased when it fails', async () => {
  const { path, descriptor } = makeFile()
  const fail = async (): Promise<never> => {
    waitForText(path)
    throw new Error('failed')
  }
  await expect(withProgress({ text: TEXT, descriptor, delayMs: 0 }, fail)).rejects.toThrow('failed')
  expect(readFileSync(path, 'utf8')).toBe(ERASED)
})

test('of what is over before, nothing is said', async () => {
  const { path, descriptor } = makeFile()
  expect(await withProgress({ text: TEXT, descriptor, delayMs: NEVER }, async () => 7)).toBe(7)
  expect(readFileSync(path, 'utf8')).toBe('')
})
