import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Access, PermissionProfile, SandboxOptions } from 'linux-sandbox'
import {
  makeDirectory,
  runProgram,
  runSandboxed,
  type ProgramEnd,
  type TestUser,
} from '../../support/index.ts'

/** Paths and what is granted there; one with a colon in front is special, `:project_roots/x` with a subpath, and one with a star a glob. */
export type Grants = Readonly<Record<string, Access>>

export function profileOf(grants: Grants): PermissionProfile {
  const entries = Object.entries(grants).map(([path, access]) => ({ path: pathOf(path), access }))
  // The library checks it, as it would check JSON.
  return {
    type: 'managed',
    file_system: { type: 'restricted', entries },
    network: 'restricted',
  } as PermissionProfile
}

function pathOf(path: string): object {
  if (path.includes('*')) return { type: 'glob_pattern', pattern: path }
  if (!path.startsWith(':')) return { type: 'path', path }
  const [kind, ...subpath] = path.slice(1).split('/')
  return { type: 'special', value: { kind, ...(subpath.length === 0 ? {} : { subpath: subpath.join('/') }) } }
}

/** A new directory of `user` with files of that name in it, which hold their name. A name that ends in a slash is a directory. */
export function makeTree(user: TestUser, names: readonly string[]): string {
  const top = makeDirectory(user)
  for (const name of names) {
    const path = join(top, name)
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true })
    if (!name.endsWith('/')) writeFileSync(path, name)
    for (let at = path; at.length > top.length; at = dirname(at))
      chownSync(at.replace(/\/$/, ''), user.uid, user.gid)
  }
  return top
}

export interface Script {
  readonly grants: Grants
  /** For `/bin/sh`, with the directory of the test as `$1`. */
  readonly script: string
  readonly directory: string
  readonly sandbox?: Omit<SandboxOptions, 'profile'>
}

/** What a shell script says in a sandbox: the outcome of each line, as the script prints it. */
export async function inside(
  user: TestUser,
  { grants, script, directory, sandbox }: Script,
): Promise<string[]> {
  const { stdout } = await runSandboxed(user, {
    sandbox: { ...sandbox, profile: profileOf(grants) },
    command: ['/bin/sh', '-c', wrapped(script), 'sh', directory],
    run: { cwd: '/' },
  })
  return linesOf(stdout)
}

/** What the same script says without a sandbox. */
export async function outside(
  user: TestUser,
  { script, directory }: Pick<Script, 'script' | 'directory'>,
): Promise<string[]> {
  const end: ProgramEnd = await runProgram(user, '/bin/sh', ['-c', wrapped(script), 'sh', directory])
  return linesOf(end.stdout)
}

/** Each line of the script is a command of its own; it says `ok` or the kernel's words for what it got. */
function wrapped(script: string): string {
  const lines = script.trim().split('\n')
  return lines
    .map((line) => `e=$( { ${line.trim()}; } 2>&1 >/dev/null) && echo ok || echo "\${e##*: }"`)
    .join('\n')
}

function linesOf(text: string): string[] {
  return text.trim().split('\n')
}
