import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { PolicyInvalidError } from 'linux-sandbox'

/** The text of a configuration, and where it was found. */
export interface ConfigurationFile {
  /** Absolute. */
  readonly path: string
  readonly text: string
}

/**
 * The configuration that holds: the one that was named, else the first that there is of the default places.
 *
 * @param named - by the option `--config`
 * @throws {PolicyInvalidError} when one was named that cannot be read, or a default one is there and cannot be.
 */
export function readConfigurationFile(named: string | undefined): ConfigurationFile | undefined {
  const explicit = named === undefined ? environmentConfigurationPath() : resolve(named)
  if (explicit !== undefined) return readFile(explicit, { mayBeMissing: false })
  const [first] = defaultConfigurationPaths()
  return first === undefined ? undefined : readFile(first, { mayBeMissing: true })
}

/** Where the configuration is that holds unless one is named by `--config`. */
export function environmentConfigurationPath(): string | undefined {
  const path = process.env['LINUX_SANDBOX_CONFIG']
  return path ? resolve(path) : undefined
}

/**
 * Where a configuration is looked for that nobody names, the place of this start first. The others can be the place of the next start.
 *
 * @see https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function defaultConfigurationPaths(): string[] {
  const { XDG_CONFIG_HOME: configHome } = process.env
  const homes = [homeDirectory(), absoluteOr(() => userInfo().homedir)]
  const bases = [
    absoluteOr(() => configHome),
    ...homes.map((home) => (home === undefined ? undefined : join(home, '.config'))),
  ]
  const known = bases.filter((base) => base !== undefined)
  return [...new Set(known)].map((base) => join(base, 'linux-sandbox/config.toml'))
}

/** What `~` stands for. A user need not have one. */
export function homeDirectory(): string | undefined {
  return absoluteOr(homedir)
}

/** A relative one of these is to be ignored, says the specification; for a user who is not in /etc/passwd Node throws. */
function absoluteOr(directory: () => string | undefined): string | undefined {
  try {
    const path = directory()
    return path !== undefined && isAbsolute(path) ? path : undefined
  } catch {
    return undefined
  }
}

function readFile(
  path: string,
  { mayBeMissing }: { readonly mayBeMissing: boolean },
): ConfigurationFile | undefined {
  try {
    return { path, text: textOf(path) }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (mayBeMissing && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined
    if (mayBeMissing && code === 'EACCES' && isBehindForeignDirectory(path)) return undefined
    throw new PolicyInvalidError(
      `the configuration ${path}`,
      [{ path: [], message: `cannot be read: ${String(code)}` }],
      { cause, hint: 'name a file that can be read by --config or $LINUX_SANDBOX_CONFIG' },
    )
  }
}

/** A pipe with no writer must not stop the start. */
function textOf(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!fstatSync(descriptor).isFile()) throw Object.assign(new Error(path), { code: 'no regular file' })
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Whether somebody else's directory keeps this user from seeing if anything is at `path`, as with the `HOME` of another user. In a directory of
 * his own it could be a command that has locked him out, to be rid of his configuration.
 */
function isBehindForeignDirectory(path: string): boolean {
  if (ownerOf(path) !== undefined) return false
  for (let above = dirname(path); ; above = dirname(above)) {
    const owner = ownerOf(above)
    if (owner !== undefined) return owner !== process.geteuid?.()
    if (above === '/') return false
  }
}

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid
  } catch {
    return undefined
  }
}
