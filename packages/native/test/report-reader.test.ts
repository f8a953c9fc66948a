import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeWaitStatus, ReportReader, type Report } from '../src/index.js'

function reportBytes([kind, attempt, step, value, errno = 0]: readonly number[], text = ''): Buffer {
  const header = Buffer.alloc(24)
  const length = Buffer.byteLength(text)
  for (const [index, word] of [length, kind, attempt, step, value, errno].entries())
    header.writeUInt32LE(word!, index * 4)
  return Buffer.concat([header, Buffer.from(text)])
}

const STREAM = Buffer.concat([
  reportBytes([1, 1, 0, 0]),
  reportBytes([2, 0, 2, 0x0100], 'bwrap: Käse\n'),
  reportBytes([2, 0, 2, 9, 110], 'bwrap: slow\n'),
  reportBytes([2, 0, 15, 13]),
  reportBytes([2, 0, 17, 20], '/repo/.git'),
  reportBytes([2, 1, 18, 116], '/repo/a'),
  reportBytes([2, 0, 19, 2], '/repo/b'),
  reportBytes([2, 0, 19, 22]),
  reportBytes([2, 0, 20, 22]),
  reportBytes([4, 0, 2, 0], '/repo/.git\0/repo/.git.linux-sandbox-moved-1'),
  reportBytes([4, 0, 4, 16], '/repo/.git'),
  reportBytes([3, 0, 0, 0x0700]),
  reportBytes([3, 1, 0, 9]),
])

const REPORTS: Report[] = [
  { kind: 'started', attempt: 'fallback' },
  { kind: 'failed', attempt: 'first', step: 'launcher', exitCode: 1, signal: null, text: 'bwrap: Käse\n' },
  {
    kind: 'failed',
    attempt: 'first',
    step: 'launcher',
    exitCode: null,
    signal: 9,
    text: 'bwrap: slow\n',
    errno: 110,
  },
  { kind: 'failed', attempt: 'first', step: 'exec', errno: 13 },
  { kind: 'failed', attempt: 'first', step: 'placeholder', path: '/repo/.git', errno: 20 },
  { kind: 'failed', attempt: 'fallback', step: 'mounts', path: '/repo/a', errno: 116 },
  { kind: 'failed', attempt: 'first', step: 'landlock', path: '/repo/b', errno: 2 },
  { kind: 'failed', attempt: 'first', step: 'landlock', path: '', errno: 22 },
  { kind: 'failed', attempt: 'first', step: 'subreaper', errno: 22 },
  {
    kind: 'violation',
    attempt: 'first',
    violation: 'replaced',
    path: '/repo/.git',
    movedTo: '/repo/.git.linux-sandbox-moved-1',
    errno: 0,
  },
  { kind: 'violation', attempt: 'first', violation: 'left', path: '/repo/.git', errno: 16 },
  { kind: 'ended', attempt: 'first', exitCode: 7, signal: null },
  { kind: 'ended', attempt: 'fallback', exitCode: null, signal: 9 },
]

describe('ReportReader', () => {
  test('gives the same reports however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 30 }), (cuts) => {
        const reader = new ReportReader()
        const edges = [0, ...cuts.toSorted((a, b) => a - b), STREAM.length]
        const reports = edges
          .slice(1)
          .flatMap((end, index) => reader.push(STREAM.subarray(edges[index], end)))
        expect(reports).toEqual(REPORTS)
        expect(reader.isAtBoundary).toBe(true)
      }),
    )
  })

  test('knows when a report is incomplete', () => {
    const reader = new ReportReader()
    expect(reader.push(STREAM.subarray(0, 30))).toEqual(REPORTS.slice(0, 1))
    expect(reader.isAtBoundary).toBe(false)
  })

  test.each([
    { why: 'an unknown kind', words: [9, 0, 0, 0] },
    { why: 'an unknown step', words: [2, 0, 99, 0] },
    { why: 'an unknown violation', words: [4, 0, 9, 0] },
  ])('refuses $why', ({ words }) => {
    expect(() => new ReportReader().push(reportBytes(words))).toThrow(TypeError)
  })

  test('refuses a text that is too long before it has arrived', () => {
    const header = Buffer.alloc(24)
    header.writeUInt32LE(64 * 1024 + 1, 0)
    expect(() => new ReportReader().push(header)).toThrow(TypeError)
  })
})

test.each([
  { status: 0, end: { exitCode: 0, signal: null } },
  { status: 0xff00, end: { exitCode: 255, signal: null } },
  { status: 15, end: { exitCode: null, signal: 15 } },
  { status: 0x8b, end: { exitCode: null, signal: 11 }, why: 'with a core file' },
])('wait status $status is $end', ({ status, end }) => {
  expect(decodeWaitStatus(status)).toEqual(end)
})
