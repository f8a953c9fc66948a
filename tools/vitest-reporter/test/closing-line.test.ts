import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const REPORTER = fileURLToPath(new URL('../closing-line.mjs', import.meta.url))
const NODE_MODULES = resolve(REPORTER, '../../../node_modules')

const HEAD = "import { describe, beforeAll, expect, test } from 'vitest'\n"

interface Run {
  readonly status: number | null
  readonly lines: readonly string[]
}

/** The exit status and last lines of a vitest of its own over `files`. */
function vitest(files: Readonly<Record<string, string>>, args: readonly string[] = []): Run {
  const root = mkdtempSync(join(tmpdir(), 'closing-line-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  symlinkSync(NODE_MODULES, join(root, 'node_modules'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), HEAD + text)
  const reporters = ['--reporter=default', `--reporter=${REPORTER}`]
  const program = join(NODE_MODULES, 'vitest/vitest.mjs')
  const words = [program, 'run', `--root=${root}`, ...reporters, ...args]
  // Without the variables by which a worker of the outer vitest knows itself.
  const env = { PATH: process.env['PATH'], HOME: root }
  const { status, stdout } = spawnSync(process.execPath, words, { env, encoding: 'utf8', cwd: root })
  const lines = stdout.trimEnd().split('\n')
  return {
    status,
    lines: lines.filter((line, index) => line.startsWith('skipped: ') || index === lines.length - 1),
  }
}

const PASSES = "test('passes', () => expect(1).toBe(1))\n"
const FAILS = "test('fails', () => expect(1).toBe(2))\n"

test.each([
  { why: 'all pass', text: PASSES, status: 0, line: '1 passed, 0 failed, 0 skipped' },
  { why: 'one fails', text: PASSES + FAILS, status: 1, line: '1 passed, 1 failed, 0 skipped' },
  {
    why: 'a file cannot be loaded',
    text: "throw new Error('x')",
    status: 1,
    line: '0 passed, 1 failed, 0 skipped',
  },
  { why: 'a file has no test', text: '', status: 1, line: '0 passed, 1 failed, 0 skipped' },
  {
    why: 'a beforeAll throws',
    text: `${PASSES}describe('suite', () => { beforeAll(() => { throw new Error('x') }); ${PASSES} })`,
    status: 1,
    line: '1 passed, 1 failed, 1 skipped',
  },
  {
    why: 'an error that no test caught',
    text: `test('passes', async () => { setTimeout(() => { throw new Error('x') }); await new Promise((r) => setTimeout(r, 50)) })`,
    status: 1,
    line: '1 passed, 1 failed, 0 skipped',
  },
])('$why: the last line is "$line" and the status $status', ({ text, status, line }) => {
  const run = vitest({ 'a.test.ts': text })
  expect({ status: run.status, last: run.lines.at(-1) }).toEqual({ status, last: line })
})

test('skipped tests are listed with their reasons', () => {
  const text = `${PASSES}describe('host', () => {
    test('needs a kernel', (context) => context.skip('no Landlock'))
    test.skip('is not ready', () => undefined)
  })`
  expect(vitest({ 'a.test.ts': text })).toEqual({
    status: 0,
    lines: [
      'skipped: a.test.ts > host > needs a kernel: no Landlock',
      'skipped: a.test.ts > host > is not ready',
      '1 passed, 0 failed, 2 skipped',
    ],
  })
})

test('tests that a name left out are counted, not listed', () => {
  expect(vitest({ 'a.test.ts': PASSES + FAILS }, ['-t', 'passes'])).toEqual({
    status: 0,
    lines: ['1 passed, 0 failed, 1 skipped'],
  })
})

test.each([
  { why: 'there is no test file', files: {}, args: [], line: '0 passed, 0 failed, 0 skipped' },
  {
    why: 'no test has the name',
    files: { 'a.test.ts': PASSES },
    args: ['-t', 'nothing'],
    line: '0 passed, 0 failed, 1 skipped',
  },
])('a run that runs nothing fails: $why', ({ files, args, line }) => {
  expect(vitest(files, args)).toEqual({ status: 1, lines: [line] })
})
