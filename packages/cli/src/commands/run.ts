import { writeSync } from 'node:fs'
import {
  endAs,
  runInForeground,
  Sandbox,
  UsageError,
  type ForegroundResult,
  type ProxyOptions,
} from 'linux-sandbox'
import { writableDescriptor } from '../descriptor.js'
import type { OpenProxy } from '../open-proxy.js'
import type { ParsedLine } from '../parse.js'
import { withScanProgress } from '../progress.js'
import type { Refusals } from '../refusals.js'
import { requestOf, type Request } from '../sandbox-options.js'
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

  const { proxy, options } = await proxyFor(request, values.text('proxy-log'))
  try {
    const sandbox = await withScanProgress(
      async () => await Sandbox.create({ ...request.sandbox, ...(options && { proxy: options }) }),
    )
    const result = await runInForeground(sandbox, { program, args, cwd: request.directory })
    if (resultFd !== undefined) writeResult(resultFd, withRefusals(result, proxy?.refusals))
    if (proxy !== undefined && result.exitCode !== 0) sayRefusals(proxy.refusals)
    endAs(result)
  } finally {
    await proxy?.close()
  }
}

/** Perhaps that is why the command failed. */
function sayRefusals(refusals: Refusals): void {
  for (const line of refusals.lines()) process.stderr.write(`linux-sandbox: ${line}\n`)
}

function withRefusals(result: ForegroundResult, refusals: Refusals | undefined): object {
  if (refusals === undefined) return result
  return { ...result, refused: refusals.list, refusedRequests: refusals.requests }
}

/** @throws {UsageError} when nothing can be written there. */
function parseDescriptor(text: string): number {
  const descriptor = writableDescriptor(text)
  if (descriptor !== undefined) return descriptor
  throw new UsageError(
    `--json takes the number of a descriptor above 1 that is open for writing, not ${JSON.stringify(text)}`,
    PROGRAM,
  )
}

interface ProxyContext {
  /** Absent where there is no proxy of this process. */
  readonly proxy: OpenProxy | undefined
  readonly options: ProxyOptions | undefined
}

/** The proxies of the command, and the one among them that this process is itself. */
async function proxyFor(
  { network, sandbox, directory }: Request,
  log: string | undefined,
): Promise<ProxyContext> {
  if (network.kind !== 'filtered' && log !== undefined) {
    throw new UsageError('--proxy-log is about the proxy of --allow-host, and there is none', PROGRAM)
  }
  switch (network.kind) {
    case 'profile':
      return { proxy: undefined, options: undefined }
    case 'environment':
      return { proxy: undefined, options: { from: 'environment' } }
    case 'urls': {
      const { http, socks } = network
      return { proxy: undefined, options: { ...(http && { http }), ...(socks && { socks }) } }
    }
    case 'filtered': {
      const { openProxy } = await import('../open-proxy.js')
      const { profile } = sandbox
      const request = log === undefined ? undefined : { target: log, profile, directory, program: PROGRAM }
      const proxy = openProxy(network, request)
      return { proxy, options: proxy.options }
    }
  }
}

/** The command has run, so its status is what counts, whether or not somebody still reads the result. */
function writeResult(descriptor: number, result: object): void {
  try {
    writeSync(descriptor, `${JSON.stringify(result)}\n`)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `linux-sandbox: the result could not be written to descriptor ${descriptor}: ${reason}\n`,
    )
  }
}
