import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExamineOptions, Finding, HostReport } from 'linux-sandbox'
import {
  makeDirectory,
  runProgram,
  stageDirectory,
  userEnvironment,
  type TestUser,
} from '../../support/index.ts'

/** A program that examines its host and prints the report. Its options come as JSON. */
const EXAMINE = `
  const { examineHost } = await import(process.argv[1])
  const report = await examineHost(JSON.parse(process.argv[2]))
  process.stdout.write(JSON.stringify(report))
`

/** The words that start `script`, an ECMAScript module that finds the library's path in \`process.argv[1]\`. */
export function nodeWords(script: string, args: readonly string[] = [], stage = stageDirectory()): string[] {
  const library = join(stage, 'node_modules/linux-sandbox/dist/index.js')
  return [join(stage, 'node'), '--input-type=module', '-e', script, library, ...args]
}

/** The words that examine the host that they are started on. */
export function examineWords(options: ExamineOptions = {}, stage = stageDirectory()): string[] {
  return nodeWords(EXAMINE, [JSON.stringify(options)], stage)
}

/** A host for programs: words that come before those of a program, and make it differ from this one. */
export interface Host {
  readonly words?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** Who makes the host; root where mounts are needed. Default: whoever starts the program on it. */
  readonly maker?: TestUser
  /** Where the staged packages are on it, if not where they are here. */
  readonly stage?: string
}

/** What the library finds on `host`. */
export async function examineOn(
  user: TestUser,
  { words = [], env = userEnvironment(), maker = user, stage = stageDirectory() }: Host,
  options: ExamineOptions = {},
): Promise<HostReport> {
  const [program = '', ...args] = [...words, ...examineWords(options, stage)]
  const { exitCode, stdout, stderr } = await runProgram(maker, program, args, { env })
  if (exitCode !== 0) throw new Error(`examining ended with ${exitCode}: ${stderr}`)
  return JSON.parse(stdout) as HostReport
}

/** The finding about a matter: its own, or one that begins with it. */
export function findingAbout(report: HostReport, matter: string): Finding | undefined {
  return report.findings.find(({ id }) => id === matter || id.startsWith(`${matter}-`))
}

export function problemsOf({ findings }: HostReport): string[] {
  return findings.filter(({ severity }) => severity === 'problem').map(({ id }) => id)
}

/** A host without user namespaces. */
export const WITHOUT_NAMESPACES = [
  ...['/usr/bin/unshare', '--user', '--map-root-user', '/bin/sh', '-ec'],
  ...['echo 0 >/proc/sys/user/max_user_namespaces; exec "$@"', 'sh'],
]

/** A host with a kernel that is too old for sandboxes without bwrap, as far as it says. */
export function oldKernel(user: TestUser): readonly string[] {
  const release = `${makeDirectory(user)}/osrelease`
  writeFileSync(release, '5.4.0\n')
  return ['--ro-bind', release, '/proc/sys/kernel/osrelease']
}

/** A shell of root's with mounts of its own, which runs `script` and then the program as `user`. */
export function withMounts(user: TestUser, script: string): readonly string[] {
  const identity = ['--reuid', `${user.uid}`, '--regid', `${user.gid}`, '--clear-groups', '--']
  return ['unshare', '--mount', 'sh', '-ec', `${script}\nexec setpriv "$@"`, 'sh', ...identity]
}

const STAGE_ELSEWHERE = '/stage'

/** A host with what programs need, and little else; `words` run on it. */
export function hostWithoutTmp(
  words: readonly string[],
  options: readonly string[] = [],
): Host & { readonly stage: string } {
  const links = ['lib', 'lib64', 'bin'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`])
  const stage = ['--ro-bind', stageDirectory(), STAGE_ELSEWHERE]
  const host = [
    'bwrap',
    '--ro-bind',
    '/usr',
    '/usr',
    ...links,
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    ...stage,
    ...options,
  ]
  return { words: [...host, ...words], stage: STAGE_ELSEWHERE }
}
