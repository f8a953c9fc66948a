import { mkdtempSync, readdirSync, realpathSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { isInUse, markInUse } from './liveness.js'
import { privateDirectory } from './private-directory.js'

export interface AliasOptions {
  /** The names under which the program can be started, each without a slash. */
  readonly names: readonly string[]
  /** The program. Default: the one that is running, a script or a compiled one. */
  readonly target?: string
  /**
   * Where the directory is made: absolute, and nowhere that a sandboxed command can write, or another user. Default: `$XDG_RUNTIME_DIR`, or
   * what serves for it; the last is `~/.local/state`, which a policy that lets the command write the home makes useless.
   */
  readonly parent?: string
}

/** Names for a program, in a directory of their own. */
export interface AliasDirectory {
  /** Absolute; mode 0700. */
  readonly path: string
  /** `searchPath`, by default `$PATH`, with the directory in front. */
  prependTo(searchPath?: string): string
  /** Removes the directory. The end of the process does so as well. */
  remove(): void
}

const PREFIX = 'alias-'
/** What a directory is called until it is marked as in use. */
const UNFINISHED = 'new-'
/** Nobody takes that long to finish one. */
const UNFINISHED_MS_MAX = 60_000

/**
 * Makes a private directory with links to a program that does different things under different names ({@link dispatch}), so that others
 * can start it by name. It is in use until `remove`, or the end of this process; directories of processes that were killed are removed.
 *
 * @throws {SandboxSetupError} (step `aliases`) when there is no place that only this user can write.
 * @throws {TypeError} for a name with a slash, and for none at all.
 */
export async function aliasDirectory(options: AliasOptions): Promise<AliasDirectory> {
  const { names, target = runningProgram(), parent } = options
  const wrong = names.find((name) => basename(name) !== name || name === '' || name === '.' || name === '..')
  if (wrong !== undefined || names.length === 0) {
    throw new TypeError(`names must be names of files, not ${JSON.stringify(wrong ?? names)}`)
  }
  const program = realpathSync(target)
  const home = privateDirectory(parent)
  await sweep(home)
  const unfinished = mkdtempSync(join(home, UNFINISHED))
  const path = unfinished.replace(new RegExp(`${UNFINISHED}(?=[^/]*$)`), PREFIX)
  let endUse: (() => void) | undefined
  try {
    for (const name of new Set(names)) symlinkSync(program, join(unfinished, name))
    endUse = await markInUse(unfinished)
    renameSync(unfinished, path)
  } catch (error) {
    endUse?.()
    rmSync(unfinished, { recursive: true, force: true })
    throw error
  }

  const remove = (): void => {
    process.off('exit', remove)
    endUse?.()
    rmSync(path, { recursive: true, force: true })
  }
  process.on('exit', remove)
  return {
    path,
    prependTo: (searchPath = process.env['PATH'] ?? '') =>
      searchPath === '' ? path : `${path}${delimiter}${searchPath}`,
    remove,
  }
}

/** For a script the script, for a compiled program itself. */
function runningProgram(): string {
  const [, script] = process.argv
  return script !== undefined && statSync(script, { throwIfNoEntry: false })?.isFile() === true
    ? script
    : process.execPath
}

async function sweep(home: string): Promise<void> {
  for (const name of readdirSync(home)) {
    const path = join(home, name)
    const isStale =
      name.startsWith(PREFIX) || (name.startsWith(UNFINISHED) && ageMs(path) > UNFINISHED_MS_MAX)
    if (isStale && !(await isInUse(path))) rmSync(path, { recursive: true, force: true })
  }
}

function ageMs(path: string): number {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
}
