import { accessSync, constants, readFileSync, realpathSync, statSync, type Stats } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { delimiter, isAbsolute, join } from 'node:path'
import { OPTIONAL_OPTIONS, type BwrapFeatures, type BwrapOption } from '@linux-sandbox/bwrap-args'
import { BwrapMissingError } from '@linux-sandbox/errors'

export interface BwrapSearch {
  /** `$PATH`. Relative and empty parts are skipped: they would name a different program in every directory. */
  readonly searchPath: string | undefined
  /** Whether a program at this canonical path may be used: never one that the command could have written. */
  readonly isTrusted: (path: string) => boolean
}

/** Where bwrap is, and what it can do. */
export interface Bwrap extends BwrapFeatures {
  /** Canonical path. */
  readonly path: string
}

/** Bytes of a bwrap binary. A larger file is not one, and is asked with `--help` instead of being read. */
const LARGEST_BINARY_BYTES = 8 * 1024 * 1024

/**
 * Finds bwrap and its features. The features of one file are read once and then remembered, by device, inode, size and
 * change time, so that a command never costs a process that only asks.
 */
export class BwrapFinder {
  readonly #features = new Map<string, ReadonlySet<BwrapOption>>()

  /**
   * The first trusted bwrap in the search path.
   *
   * @throws {BwrapMissingError} when there is none; the message names those that were skipped.
   */
  find({ searchPath, isTrusted }: BwrapSearch): Bwrap {
    const untrusted: string[] = []
    for (const directory of (searchPath ?? '').split(delimiter)) {
      if (!isAbsolute(directory)) continue
      const path = executableAt(join(directory, 'bwrap'))
      if (path === undefined) continue
      if (isTrusted(path)) return this.describe(path)
      untrusted.push(path)
    }
    throw new BwrapMissingError(
      untrusted.length === 0
        ? 'it is not in PATH'
        : `${untrusted.join(', ')} lies where the command or its working directory could change it`,
    )
  }

  /** The features of the bwrap at the canonical path `path`. */
  describe(path: string): Bwrap {
    const stats = statSync(path)
    const key = [stats.dev, stats.ino, stats.size, stats.ctimeMs].join(':')
    let options = this.#features.get(key)
    if (options === undefined) {
      options = readOptions(path, stats)
      this.#features.set(key, options)
    }
    return { path, options }
  }
}

function executableAt(path: string): string | undefined {
  try {
    const canonical = realpathSync(path)
    accessSync(canonical, constants.X_OK)
    return statSync(canonical).isFile() ? canonical : undefined
  } catch {
    return undefined
  }
}

/** A compiled bwrap holds its help text; a wrapper script has to be run to say it. */
function readOptions(path: string, stats: Stats): ReadonlySet<BwrapOption> {
  const isBinary = stats.size <= LARGEST_BINARY_BYTES
  const found = isBinary ? optionsIn(readFileSync(path).toString('latin1')) : new Set<BwrapOption>()
  return found.size > 0 ? found : optionsIn(helpText(path))
}

function optionsIn(text: string): ReadonlySet<BwrapOption> {
  return new Set(OPTIONAL_OPTIONS.filter((option) => new RegExp(`${option}(?![\\w-])`).test(text)))
}

function helpText(path: string): string {
  const { stdout, stderr } = spawnSync(path, ['--help'], {
    cwd: '/',
    encoding: 'utf8',
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 5000,
  })
  return `${stdout}${stderr}`
}
