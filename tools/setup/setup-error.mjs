/** A step of the set-up did not work. Its message is one line: what is wrong, then what helps. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError'

  /**
   * @param {string} problem
   * @param {string} remedy
   * @param {string} [output] - what the failed program wrote
   */
  constructor(problem, remedy, output = '') {
    super(`${problem}; ${remedy}`)
    this.output = output
  }
}
