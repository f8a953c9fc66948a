/**
 * One line of progress. It goes to stderr: stdout belongs to the command that is run.
 *
 * @param {string} line
 * @returns {void}
 */
export function say(line) {
  process.stderr.write(`setup: ${line}\n`)
}
