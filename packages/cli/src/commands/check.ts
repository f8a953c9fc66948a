import { previewSandbox, UsageError, type SandboxPreview } from 'linux-sandbox'
import type { Access, AbsolutePath } from '@linux-sandbox/policy'
import type { ParsedLine } from '../parse.js'
import { withScanProgress } from '../progress.js'
import { operandPath, requestOf } from '../sandbox-options.js'
import { describePath, remarksOn, verdictOn } from '../verdict.js'
import { warnAboutConfiguration } from '../warnings.js'

const PROGRAM = 'linux-sandbox check'

/** Not an error: the answer is no. */
const STATUS_NO = 1

type Act = 'read' | 'write'

/**
 * `linux-sandbox check`: prints a line for each path and sets the exit status.
 *
 * @throws {UsageError} for a command line that means nothing.
 * @throws {SandboxError} when the policy cannot be enforced on this disk.
 */
export async function check({ values, operands }: ParsedLine): Promise<void> {
  if (operands.length === 0) throw new UsageError('no path was given', PROGRAM)
  if (operands.includes('')) throw new UsageError('a path is empty', PROGRAM)
  const request = await requestOf(values, PROGRAM)
  warnAboutConfiguration(request, { isProfileAsked: values.has('profile') })
  const acts = actsOf({ read: values.has('read'), write: values.has('write') })
  const preview = await withScanProgress(async () => previewSandbox(request.sandbox))
  const answers = operands.map((text) => answerOn(preview, operandPath(text, request.directory), acts))
  process.stdout.write(answers.map(({ line }) => `${line}\n`).join(''))
  if (answers.some(({ isYes }) => !isYes)) process.exitCode = STATUS_NO
}

function actsOf({ read, write }: { readonly read: boolean; readonly write: boolean }): Act[] {
  return [...(read || !write ? ['read' as const] : []), ...(write ? ['write' as const] : [])]
}

interface Answer {
  readonly isYes: boolean
  readonly line: string
}

function answerOn(preview: SandboxPreview, path: AbsolutePath, acts: readonly Act[]): Answer {
  const verdict = verdictOn(preview, path)
  const isYes = acts.every((act) => allows(verdict.access, act))
  const remarks = remarksOn(verdict).map((remark) => `; ${remark}`)
  const answer = isYes ? 'yes' : 'no'
  const line = `${answer}: ${acts.join(' and ')} ${describePath(verdict)}: ${verdict.rule}${remarks.join('')}`
  return { isYes, line }
}

function allows(access: Access, act: Act): boolean {
  return access === 'write' || access === act
}
