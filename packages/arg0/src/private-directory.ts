import { existsSync, lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { SandboxSetupError } from '@linux-sandbox/errors'

const NAME = 'linux-sandbox-aliases'

/** The bits of a mode that give group and others anything. @see inode(7) */
const NOT_PRIVATE = 0o077

/** The bits of a mode that let group and others put something else in the place of what is in a directory. @see inode(7) */
const SHARED = 0o022

/** With it only who owns something in a directory can. Source: stat.h of Linux; Node has no name for it. */
const S_ISVTX = 0o1000

/**
 * Makes the directory of this user that all alias directories are in, and gives its canonical path. `parent` is where it has to be;
 * without, the first that this process can use. `/tmp` is none of them: most policies let a command write there.
 *
 * @throws {SandboxSetupError} (step `aliases`) when there is none, or others have access to it, or to what leads to it.
 */
export function privateDirectory(parent: string | undefined): string {
  const failures: string[] = []
  for (const candidate of parent === undefined ? defaultParents() : [{ path: parent }]) {
    try {
      return makePrivate(join(usableParent(candidate), NAME))
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

interface Parent {
  readonly path: string
  /** Whether it is made where it is missing. */
  readonly isMade?: boolean
}

function defaultParents(): Parent[] {
  const uid = process.geteuid?.() ?? 0
  const { XDG_RUNTIME_DIR: runtime, XDG_STATE_HOME: state, HOME: home } = process.env
  const parents = [runtime, `/run/user/${uid}`, ...(uid === 0 ? ['/run'] : []), state]
    .filter((path): path is string => path?.startsWith('/') === true)
    .map((path): Parent => ({ path }))
  // The default of `XDG_STATE_HOME`, which need not exist. @see the XDG Base Directory Specification
  const isHome = home?.startsWith('/') === true && existsSync(home)
  return isHome ? [...parents, { path: join(home, '.local/state'), isMade: true }] : parents
}

/** The canonical path of `parent`. */
function usableParent({ path, isMade = false }: Parent): string {
  if (path.includes(delimiter)) throw new Error(`${path} has a "${delimiter}", which would end it in PATH`)
  if (isMade) {
    let above = path
    while (!existsSync(above)) above = dirname(above)
    requireOwn(realpathSync(above))
    mkdirSync(path, { recursive: true, mode: 0o700 })
  }
  const canonical = realpathSync(path)
  requireOwn(canonical)
  return canonical
}

/**
 * Who can rename a directory above can put another one in its place, and a program that this user starts by its name in it. That may be
 * the user, and who owns `/`. Nobody else: `XDG_RUNTIME_DIR` and `HOME` of root can be those of the user who became root.
 */
function requireOwn(canonical: string): void {
  const trusted = [process.geteuid?.(), statSync('/').uid]
  for (let at = canonical; ; at = dirname(at)) {
    const { uid, mode } = statSync(at)
    if (!trusted.includes(uid)) throw new Error(`${at} is another user's`)
    if ((mode & SHARED) !== 0 && (mode & S_ISVTX) === 0) throw new Error(`${at} can be changed by others`)
    if (at === '/') return
  }
}

function makePrivate(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    // Recursive only so that it may be there by now: another process makes it as well.
    mkdirSync(path, { recursive: true, mode: 0o700 })
  }
  const about = lstatSync(path)
  if (!about.isDirectory()) throw new Error(`${path} is no directory`)
  if (about.uid !== process.geteuid?.()) throw new Error(`${path} is another user's`)
  if ((about.mode & NOT_PRIVATE) !== 0) throw new Error(`${path} is open to others`)
  return path
}
