import { explain as explainByName, formatExplanation, previewSandbox, UsageError } from 'linux-sandbox'
import type { SandboxPreview } from 'linux-sandbox'
import { printable, type AbsolutePath } from '@linux-sandbox/policy'
import { argumentLines } from '../argument-lines.js'
import { explainProxy, type ExplainedProxy } from '../explain-network.js'
import type { ParsedLine } from '../parse.js'
import { placesOf } from '../places.js'
import { withScanProgress } from '../progress.js'
import { operandPath, requestOf, type Request } from '../sandbox-options.js'
import { styleFor, type Style } from '../style.js'
import { treeLines } from '../tree.js'
import { describePath, remarksOn, verdictOn, type Verdict } from '../verdict.js'

const PROGRAM = 'linux-sandbox explain'

/** Each of them prints something else. */
const VIEWS = ['bwrap', 'seccomp', 'json'] as const

/**
 * `linux-sandbox explain`: prints a policy as it would be enforced now, or what it says about paths.
 *
 * @throws {UsageError} for a command line that means nothing.
 * @throws {SandboxError} when the policy cannot be enforced on this disk.
 */
export async function explain({ values, operands }: ParsedLine): Promise<void> {
  const views = VIEWS.filter((view) => values.has(view))
  if (views.length > 1) throw new UsageError(`--${views.join(' and --')} exclude each other`, PROGRAM)
  if (operands.length > 0 && views[0] !== undefined && views[0] !== 'json') {
    throw new UsageError(`--${views[0]} takes no path`, PROGRAM)
  }
  if (operands.includes('')) throw new UsageError('a path is empty', PROGRAM)
  const request = await requestOf(values, PROGRAM)
  const preview = await withScanProgress(async () => previewSandbox(request.sandbox))
  const paths = operands.map((text) => operandPath(text, request.directory))
  const style = styleFor({ isTerminal: process.stdout.isTTY === true, env: process.env })
  const proxy = explainProxy(request.network)
  const lines = linesFor(views[0] ?? 'text', { request, preview, proxy, paths, style })
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
}

interface Subject {
  readonly request: Request
  readonly preview: SandboxPreview
  readonly proxy: ExplainedProxy | undefined
  readonly paths: readonly AbsolutePath[]
  readonly style: Style
}

function linesFor(view: (typeof VIEWS)[number] | 'text', subject: Subject): readonly string[] {
  const { preview, paths } = subject
  switch (view) {
    case 'bwrap':
      return preview.isConfined ? argumentLines(preview.bwrapArgs()) : [UNCONFINED]
    case 'seccomp':
      return preview.isConfined ? preview.filter() : [UNCONFINED]
    case 'json':
      return [JSON.stringify(document(subject), undefined, 2)]
    case 'text':
      return paths.length === 0 ? policyLines(subject) : paths.flatMap((path) => pathLines(preview, path))
  }
}

const UNCONFINED = 'The policy restricts nothing: the command runs without a sandbox.'

function policyLines({ request, preview, proxy, style }: Subject): string[] {
  const { policy, mounts, isConfined } = preview
  const globs = policy.fileSystem.kind === 'restricted' ? policy.fileSystem.globs : []
  const names = policy.protectedNames.map(({ name }) => printable(name))
  const notes = [...request.notes, ...policy.notes, ...mounts.notes].map(({ message }) => message)
  const hasRoots = policy.fileSystem.kind === 'restricted'
  return [
    `profile    ${printable(request.profileName)}`,
    ...(request.configuration === undefined ? [] : [`from       ${printable(request.configuration)}`]),
    `directory  ${printable(request.directory)}`,
    `network    ${describeNetwork(preview, proxy)}${describeSockets(request, preview)}`,
    ...(isConfined ? [] : ['', UNCONFINED]),
    '',
    ...treeLines(placesOf(preview), style),
    ...(proxy === undefined ? [] : section(proxy.title, proxy.lines)),
    ...section(
      'Read-only by name in every directory that can be written:',
      hasRoots ? [names.join(' ')] : [],
    ),
    ...section(
      'Denied by pattern, as found on the disk now:',
      globs.map(({ pattern }) => printable(pattern)),
    ),
    ...section('Notes:', notes),
  ]
}

function describeNetwork({ policy: { network } }: SandboxPreview, proxy: ExplainedProxy | undefined): string {
  if (proxy !== undefined) return `proxied: ${proxy.summary}`
  return network === 'enabled'
    ? 'enabled: that of the host'
    : 'restricted: its own, with nothing but loopback'
}

/** In the network of the host they are not restricted. */
function describeSockets({ sandbox }: Request, { policy }: SandboxPreview): string {
  const isAllowed = sandbox.unixSockets === true && policy.network === 'restricted'
  return isAllowed ? ', and every Unix socket that can be seen' : ''
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]
}

/** What holds, and what the policy says about the name where that is what holds. */
function pathLines(preview: SandboxPreview, path: AbsolutePath): string[] {
  const verdict = verdictOn(preview, path)
  const remarks = remarksOn(verdict).map((remark) => `  ${remark}`)
  const byName = explainByName(preview.policy, verdict.path)
  const text = formatExplanation(byName).split('\n')
  const isByName = byName.access === verdict.access && text[1]?.includes(verdict.rule) === true
  if (isByName) {
    const leads = verdict.path === path ? [] : [describePath(verdict)]
    return [...leads, ...text, ...remarks]
  }
  return [`${describePath(verdict)}: ${verdict.access}`, `  because ${verdict.rule}`, ...remarks]
}

/** The same for programs. */
function document({ request, preview, proxy, paths }: Subject): unknown {
  const { policy, mounts, isConfined } = preview
  return {
    profile: request.profileName,
    configuration: request.configuration ?? null,
    directory: request.directory,
    network: policy.network,
    proxy: proxy?.document ?? null,
    unixSockets: request.sandbox.unixSockets ?? false,
    isConfined,
    places: placesOf(preview),
    protectedNames: policy.protectedNames.map(({ name }) => name),
    deniedPatterns:
      policy.fileSystem.kind === 'restricted' ? policy.fileSystem.globs.map(({ pattern }) => pattern) : [],
    notes: [...request.notes, ...policy.notes, ...mounts.notes].map(({ kind, message }) => ({
      kind,
      message,
    })),
    ...(paths.length === 0 ? {} : { paths: paths.map((path) => pathDocument(verdictOn(preview, path))) }),
  }
}

function pathDocument({ asked, path, access, exists, isVisible, rule }: Verdict): unknown {
  return { asked, path, access, exists, isVisible, rule }
}
