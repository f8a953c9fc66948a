import { examineHost, formatHostReport, UsageError } from 'linux-sandbox'
import type { ParsedLine } from '../parse.js'

const PROGRAM = 'linux-sandbox doctor'

/** Not an error of this program: the host has a problem. */
const STATUS_PROBLEM = 1

/**
 * `linux-sandbox doctor`: prints what this host can enforce and sets the exit status.
 *
 * @throws {UsageError} for a command line that means nothing.
 */
export async function doctor({ values, operands }: ParsedLine): Promise<void> {
  if (operands.length > 0) throw new UsageError(`it takes no ${JSON.stringify(operands[0])}`, PROGRAM)
  const report = await examineHost()
  const text = values.has('json') ? JSON.stringify(report, undefined, 2) : formatHostReport(report)
  process.stdout.write(`${text.trimEnd()}\n`)
  if (report.findings.some(({ severity }) => severity === 'problem')) process.exitCode = STATUS_PROBLEM
}
