import { readFileSync, readlinkSync, writeSync } from 'node:fs'
import { endAs, runInForeground, Sandbox, UsageError, type ForegroundResult } from 'linux-sandbox'
import type { ParsedLine } from '../parse.js'
import { withScanProgress } from '../progress.js'
import { requestOf } from '../sandbox-options.js'
import { warnAboutConfiguration } from '../warnings.js'

const PROGRAM = 'linux-sandbox'

/**
 * `linux-sandbox run`: runs a command under a profile and ends as it ends.
 *
 * @throws {UsageError} for a command line that means nothing.
 * @throws {SandboxError} when the command could not be started.
 */
export async function run({ values, operands }: ParsedLine): Promise<void> {
  const [program, ...args] = operands
  if (program === undefined) throw new UsageError('no command was given', PROGRAM)
  const json = values.text('json')
  const resultFd = json === undefined ? undefined : parseDescriptor(json)
  const request = await requestOf(values, PROGRAM)
  warnAboutConfiguration(request, { isProfileAsked: values.has('profile') })

  const sandbox = await withScanProgress(async () => await Sandbox.create(request.sandbox))
  const result = await runInForeground(sandbox, { program, args, cwd: request.directory })
  if (resultFd !== undefined) writeResult(resultFd, result)
  endAs(result)
}

/** Source: asm-generic/fcntl.h. */
const ACCESS_MODE = 0o3

/** Looked at before the command runs: afterwards it is too late to say that there is nowhere to write to. */
function parseDescriptor(text: string): number {
  const descriptor = /^\d{1,4}$/.test(text) ? Number(text) : 0
  // stdin and stdout are the command's alone.
  if (descriptor > 1 && isOpenForWriting(descriptor)) return descriptor
  throw new UsageError(
    `--json takes the number of a descriptor above 1 that is open for writing, not ${JSON.stringify(text)}`,
    PROGRAM,
  )
}

/** A number that nobody opened for us may be one of Node's own, which are no files. */
function isOpenForWriting(descriptor: number): boolean {
  try {
    if (readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('anon_inode:')) return false
    const [, flags = '0'] =
      /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')) ?? []
    return (Number.parseInt(flags, 8) & ACCESS_MODE) !== 0
  } catch {
    return false
  }
}

/** The command has run, so its status is what counts, whether or not somebody still reads the result. */
function writeResult(descriptor: number, result: ForegroundResult): void {
  try {
    writeSync(descriptor, `${JSON.stringify(result)}\n`)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `linux-sandbox: the result could not be written to descriptor ${descriptor}: ${reason}\n`,
    )
  }
}
