import { spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync, statSync, type BigIntStats } from 'node:fs'
import { OPTIONAL_OPTIONS, USEFUL_OPTIONS, type BwrapOption } from '@linux-sandbox/bwrap-args'

/** Bytes of a bwrap binary. A larger file is not one, and is asked with `--help` instead of being read. */
const LARGEST_BINARY_BYTES = 8 * 1024 * 1024

/**
 * Why what is at `path` cannot be used as bwrap, as a phrase. The kernel lets no process of a program that cannot be read write its id maps.
 *
 * @see PR_SET_DUMPABLE(2const)
 */
export function executionObstacle(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return 'is missing'
  if (!stats.isFile()) return 'is no file'
  if (!isPermitted(path, constants.X_OK)) return 'is not executable'
  return isPermitted(path, constants.R_OK) ? undefined : 'cannot be read'
}

function isPermitted(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

/** What tells whether a file is still the one that was looked at, and unchanged. */
export function identityOf({ dev, ino, size, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, ctimeNs].join(':')
}

/** A compiled bwrap holds its help text; a wrapper script has to be run to say it. */
export function readOptions(path: string, { size }: BigIntStats): ReadonlySet<BwrapOption> {
  const found = size <= LARGEST_BINARY_BYTES ? optionsIn(readFileSync(path)) : new Set<BwrapOption>()
  const isHelp = OPTIONAL_OPTIONS.some((option) => found.has(option))
  return isHelp ? found : optionsIn(Buffer.from(helpText(path)))
}

/** The options that are named in the text of a program or of its help. */
export function optionsIn(bytes: Buffer): ReadonlySet<BwrapOption> {
  return new Set([...OPTIONAL_OPTIONS, ...USEFUL_OPTIONS].filter((option) => hasWord(bytes, option)))
}

/** A longer option can begin with a shorter one. */
function hasWord(bytes: Buffer, word: string): boolean {
  for (let at = bytes.indexOf(word); at >= 0; at = bytes.indexOf(word, at + 1)) {
    const end = at + word.length
    if (!/^[\w-]/.test(bytes.toString('utf8', end, end + 1))) return true
  }
  return false
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
