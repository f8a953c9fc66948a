import { writeSync } from 'node:fs'

/** Ends the output of a vitest run with `N passed, N failed, N skipped`, and lists what was skipped before it. */
export default class ClosingLine {
  /** @type {RegExp | undefined} */
  #namePattern

  /**
   * @param {import('vitest/node').Vitest} vitest
   * @returns {void}
   */
  onInit(vitest) {
    this.#namePattern = vitest.config.testNamePattern
  }

  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   * @returns {void}
   */
  onTestRunEnd(modules, unhandledErrors) {
    const counts = countResults(modules, unhandledErrors.length)
    const skipped = skippedTests(modules, this.#namePattern)
    // At the exit, because other reporters still have their summaries to print.
    process.once('exit', () => {
      writeSync(1, [...skipped.map((line) => `skipped: ${line}`), closingLine(counts), ''].join('\n'))
      // A run in which nothing ran proves nothing.
      if (counts.failed > 0 || counts.passed === 0) process.exitCode ||= 1
    })
  }
}

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */

/**
 * @param {Counts} counts
 * @returns {string}
 */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/**
 * Tests by result. A file or suite that could not be set up or torn down, and an error that no test caught, each
 * count as one failure: none of them shows in a test of its own.
 *
 * @param {Iterable<import('vitest/node').TestModule>} modules
 * @param {number} unhandledErrors
 * @returns {Counts}
 */
export function countResults(modules, unhandledErrors) {
  const counts = { passed: 0, failed: unhandledErrors, skipped: 0 }
  for (const module of modules) {
    if (module.errors().length > 0) counts.failed += 1
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) counts.failed += 1
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      // A test that never ended, because its worker died, did not pass.
      counts[state === 'pending' ? 'failed' : state] += 1
    }
  }
  return counts
}

/**
 * A line for each skipped test with the reason it gave; those that `-t` left out were skipped by the caller.
 *
 * @param {Iterable<import('vitest/node').TestModule>} modules
 * @param {RegExp | undefined} namePattern
 * @returns {string[]}
 */
export function skippedTests(modules, namePattern) {
  const lines = []
  for (const module of modules) {
    for (const test of module.children.allTests('skipped')) {
      if (namePattern !== undefined && !namePattern.test(test.fullName.replaceAll(' > ', ' '))) continue
      const result = test.result()
      const note = result.state === 'skipped' ? result.note : undefined
      lines.push(`${module.relativeModuleId} > ${test.fullName}${note === undefined ? '' : `: ${note}`}`)
    }
  }
  return lines
}
