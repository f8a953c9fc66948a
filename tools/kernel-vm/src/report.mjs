/**
 * @typedef {import('../guest/job.ts').JobResult} JobResult
 * @typedef {import('./guests.mjs').Check} Check
 * @typedef {{ passed: number, failed: number, skipped: number, problems: string[] }} Report
 */

/**
 * What a guest's answer comes to: a check counts as a test.
 *
 * @param {string} text - what the guest wrote
 * @param {{ series: string, checks: readonly Check[], files: readonly string[] }} asked
 * @returns {Report}
 */
export function reportOf(text, { series, checks, files }) {
  /** @type {JobResult} */
  let answer
  try {
    answer = JSON.parse(text)
  } catch {
    return { passed: 0, failed: 1, skipped: 0, problems: ['the guest gave no result'] }
  }
  const results = [
    testOf('the kernel', answer.release.startsWith(series) ? [] : [`it is Linux ${answer.release}`]),
    ...checks.map((check, index) => testOf(check.name, mistakesOf(check, answer.commands[index]))),
    ...files.flatMap((file) => testsOf(file, answer)),
  ]
  const count = (/** @type {string} */ state) => results.filter((one) => one.state === state).length
  const failed = results.filter((one) => one.state === 'failed')
  return {
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    problems: failed.map(({ name, errors }) => [name, ...errors].join('\n  ')),
  }
}

/**
 * @param {string} name
 * @param {readonly string[]} errors
 * @returns {import('../guest/job.ts').TestResult}
 */
function testOf(name, errors) {
  return { name, state: errors.length === 0 ? 'passed' : 'failed', errors }
}

/**
 * @param {string} file
 * @param {JobResult} answer
 */
function testsOf(file, answer) {
  const { tests = [] } = answer.files.find((one) => one.file === file) ?? {}
  if (tests.length === 0) return [testOf(file, ['it was not run'])]
  return tests.map((test) => ({ ...test, name: `${file}: ${test.name}` }))
}

/**
 * @param {Check} check
 * @param {import('../guest/job.ts').CommandResult | undefined} result
 */
function mistakesOf({ status, stdout = /(?:)/, stderr = /(?:)/ }, result) {
  if (result === undefined) return ['it was not run']
  const mistakes = []
  if (result.end !== status) mistakes.push(`it ended with ${result.end}, not ${status}`)
  if (!stdout.test(result.stdout)) mistakes.push(`its stdout is not ${stdout}`)
  if (!stderr.test(result.stderr)) mistakes.push(`its stderr is not ${stderr}`)
  return mistakes.length === 0 ? [] : [...mistakes, `stdout: ${result.stdout}`, `stderr: ${result.stderr}`]
}
