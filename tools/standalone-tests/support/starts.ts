import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROGRAM } from './program.ts'

/** Who starts the helper. */
export interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** Any id that is not root's will do. */
const ORDINARY_ID = 61_235

const own = process.geteuid?.() ?? ORDINARY_ID

export const USERS: readonly User[] = [
  { name: own === 0 ? 'root' : 'an ordinary user', uid: own, gid: process.getegid?.() ?? own },
  ...(own === 0 ? [{ name: 'an ordinary user', uid: ORDINARY_ID, gid: ORDINARY_ID }] : []),
]

export interface Ended {
  readonly status: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** Words before a program that give it `run` as its `/run`. */
export function wordsWithRun(run: string): string[] {
  return ['--mount', '/bin/sh', '-c', '/bin/mount --bind "$0" /run && exec "$@"', run]
}

/** Words before a program that leave it no variable but these, of which the shell has more. */
export function onlyVariables(env: Readonly<Record<string, string>>): string[] {
  return ['/usr/bin/env', '-i', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)]
}

/** What stands before them. It needs root. */
export const UNSHARE = '/usr/bin/unshare'

export const canHaveRun = own === 0

/** A place to start commands in: a workspace, and a `/run` in which the registry will be. */
export class Place {
  readonly directory = mkdtempSync(join(tmpdir(), 'starts-'))
  readonly workspace = join(this.directory, 'workspace')
  readonly run = join(this.directory, 'run')
  readonly registry: string
  readonly program = join(this.directory, 'codex-linux-sandbox')
  readonly user: User

  constructor(user: User) {
    this.user = user
    copyFileSync(PROGRAM, this.program)
    chmodSync(this.directory, 0o755)
    const runtime = user.uid === 0 ? this.run : join(this.run, 'user', String(user.uid))
    this.registry = join(runtime, 'linux-sandbox')
    mkdirSync(this.workspace)
    mkdirSync(runtime, { recursive: true })
    for (const path of [this.workspace, runtime]) chownSync(path, user.uid, user.gid)
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true })
  }

  get env(): Record<string, string> {
    return { PATH: '/usr/bin:/bin', WORD: 'a b' }
  }

  /** The words of a start whose command may write in the workspace. */
  words(
    command: readonly string[],
    { writable = [], denied = [], backend = 'native' }: Policy = {},
  ): string[] {
    const entries = [
      { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
      ...[this.workspace, ...writable].map((path) => ({ path: { type: 'path', path }, access: 'write' })),
      ...denied.map((pattern) => ({ path: { type: 'glob_pattern', pattern }, access: 'deny' })),
    ]
    const profile = { type: 'managed', network: 'restricted', file_system: { type: 'restricted', entries } }
    const confined = backend === 'landlock' ? ['--use-legacy-landlock'] : ['--backend', backend]
    return [
      ...['--sandbox-policy-cwd', this.workspace, '--command-cwd', this.workspace, ...confined],
      ...['--permission-profile', JSON.stringify(profile), '--', ...command],
    ]
  }

  start(command: readonly string[], policy: Policy = {}, env: Readonly<Record<string, string>> = {}): Ended {
    const before = this.#before({ ...this.env, ...env })
    const words = [...before, this.program, ...this.words(command, policy)]
    const { status, signal, stdout, stderr, error } = spawnSync(UNSHARE, words, {
      encoding: 'utf8',
      cwd: '/',
    })
    if (error !== undefined) throw error
    return { status, signal, stdout, stderr }
  }

  sh(script: string, policy: Policy = {}, env: Readonly<Record<string, string>> = {}): Ended {
    return this.start(['/bin/sh', '-c', script], policy, env)
  }

  /** The same without waiting for the end. */
  async startBeside(command: readonly string[]): Promise<Ended> {
    const before = this.#before(this.env)
    const child = spawn(UNSHARE, [...before, this.program, ...this.words(command)], { cwd: '/' })
    const said = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text))
    const [status, signal] = (await once(child, 'close')) as [number | null, string | null]
    return { status, signal, ...said }
  }

  /** The registry's path for those who have this `/run`. */
  get registryInside(): string {
    return this.registry.replace(this.run, '/run')
  }

  /** Paths of the files in which starts are kept. */
  get kept(): string[] {
    const names = readdirSync(this.registry).filter((name) => name.startsWith('start-'))
    return names.map((name) => join(this.registry, name))
  }

  /** Whether `act` starts nothing that is not like an earlier start: each that needs the engine puts a new file there. */
  follows(act: () => void): boolean {
    const before = this.#identities()
    act()
    return this.#identities() === before
  }

  #before(env: Readonly<Record<string, string>>): string[] {
    const { uid, gid } = this.user
    const become = ['/usr/bin/setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
    return [...wordsWithRun(this.run), ...become, ...onlyVariables(env)]
  }

  #identities(): string {
    return this.kept.map((path) => `${path} ${statSync(path, { bigint: true }).ctimeNs}`).join('\n')
  }
}

/** Until a start with `script` is followed. The first one makes the registry. */
export function settle(
  place: Place,
  script = 'true',
  policy: Policy = {},
  env: Readonly<Record<string, string>> = {},
): void {
  for (let count = 0; count < 3; count++) place.sh(script, policy, env)
  if (!place.follows(() => place.sh(script, policy, env))) throw new Error('no start is followed')
}

export interface Policy {
  /** Further directories that the command may write. */
  readonly writable?: readonly string[]
  /** Globs that it cannot read. */
  readonly denied?: readonly string[]
  readonly backend?: 'native' | 'bwrap' | 'landlock'
}
