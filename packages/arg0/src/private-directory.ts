import { existsSync, lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { SandboxSetupError } from '@linux-sandbox/errors'

const NAME = 'linux-sandbox-aliases'

/** The bits of a mode that give group and others anything. @see inode(7) */
const NOT_PRIVATE = 0o077

/**
 * Makes the directory of this user that all alias directories are in, and gives its path. `parent` is where it has to be; without, the
 * first that this process can use. `/tmp` is none of them: most policies let a command write there.
 *
 * @throws {SandboxSetupError} (step `aliases`) when there is none, or others have access to it.
 */
export function privateDirectory(parent: string | undefined): string {
  const failures: string[] = []
  for (const candidate of parent === undefined ? defaultParents() : [() => parent]) {
    try {
      return makePrivate(join(candidate(), NAME))
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error))
    }
  }
  throw new SandboxSetupError(
    { step: 'aliases', errno: 0 },
    `there is no private directory for aliases: ${failures.join('; ')}`,
    { hint: 'set XDG_RUNTIME_DIR to a directory of your own, with mode 0700' },
  )
}

/** Each is made, where that is ours to do, when it is asked for. */
function defaultParents(): (() => string)[] {
  const uid = process.geteuid?.() ?? 0
  const { XDG_RUNTIME_DIR: runtime, XDG_STATE_HOME: state, HOME: home } = process.env
  const parents = [runtime, `/run/user/${uid}`, ...(uid === 0 ? ['/run'] : []), state]
    .filter((path): path is string => path?.startsWith('/') === true)
    .map((path) => () => path)
  return home?.startsWith('/') === true ? [...parents, () => stateIn(home)] : parents
}

/** The default of `XDG_STATE_HOME`, which need not exist. @see the XDG Base Directory Specification */
function stateIn(home: string): string {
  if (!existsSync(home)) throw new Error(`${home} does not exist`)
  const state = join(home, '.local/state')
  mkdirSync(state, { recursive: true })
  return state
}

function makePrivate(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) mkdirSync(path, { mode: 0o700 })
  const about = lstatSync(path)
  if (!about.isDirectory()) throw new Error(`${path} is no directory`)
  if (about.uid !== process.geteuid?.()) throw new Error(`${path} is another user's`)
  if ((about.mode & NOT_PRIVATE) !== 0) throw new Error(`${path} is open to others`)
  return path
}
