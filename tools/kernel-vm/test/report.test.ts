import { expect, test } from 'vitest'
import { reportOf } from '../src/report.mjs'

const CHECK = { name: 'says so', user: 'root', words: ['x'], status: 0, stdout: /^yes\n$/ } as const
const ASKED = { series: '6.1.', checks: [CHECK], files: ['a.js'] }
const COMMAND = { end: 0, stdout: 'yes\n', stderr: '' }
const TEST = { name: 'one', state: 'passed', errors: [] }
const ANSWER = {
  release: '6.1.0-56-cloud-amd64',
  commands: [COMMAND],
  files: [{ file: 'a.js', tests: [TEST] }],
}

function report(answer: object) {
  return reportOf(JSON.stringify({ ...ANSWER, ...answer }), ASKED)
}

test('the kernel, each check and each test count', () => {
  const skipped = { ...TEST, state: 'skipped' }
  expect(report({})).toEqual({ passed: 3, failed: 0, skipped: 0, problems: [] })
  expect(report({ files: [{ file: 'a.js', tests: [TEST, skipped] }] })).toMatchObject({
    passed: 3,
    skipped: 1,
  })
})

test.each([
  { what: 'another kernel', answer: { release: '6.18.1' }, problem: /the kernel\n {2}it is Linux 6\.18\.1/ },
  {
    what: 'a command that ended otherwise',
    answer: { commands: [{ ...COMMAND, end: 125 }] },
    problem: /ended with 125, not 0/,
  },
  {
    what: 'a command that says something else',
    answer: { commands: [{ ...COMMAND, stdout: 'no' }] },
    problem: /stdout is not/,
  },
  { what: 'a command that was not run', answer: { commands: [] }, problem: /says so\n {2}it was not run/ },
  { what: 'a file that was not run', answer: { files: [] }, problem: /a\.js\n {2}it was not run/ },
  {
    what: 'a file without tests',
    answer: { files: [{ file: 'a.js', tests: [] }] },
    problem: /a\.js\n {2}it was not run/,
  },
  {
    what: 'a test that failed',
    answer: { files: [{ file: 'a.js', tests: [{ ...TEST, state: 'failed', errors: ['Error: no'] }] }] },
    problem: /a\.js: one\n {2}Error: no/,
  },
])('$what is a failure', ({ answer, problem }) => {
  const { passed, failed, problems } = report(answer)
  expect({ passed, failed }).toEqual({ passed: 2, failed: 1 })
  expect(problems).toEqual([expect.stringMatching(problem)])
})

test.each(['', '{"release":'])('a guest that died with %j on the disk is a failure', (text) => {
  expect(reportOf(text, ASKED)).toMatchObject({
    passed: 0,
    failed: 1,
    problems: ['the guest gave no result'],
  })
})
