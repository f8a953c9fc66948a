import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readFileSync, readSync, type BigIntStats } from 'node:fs'
import { BwrapDigestMismatchError } from '@linux-sandbox/errors'
import { executionObstacle, identityOf, optionsIn } from './bwrap-features.js'
import type { Bwrap } from './bwrap.js'

/** The bundled bwrap as it is now, or why it is not used, as a phrase. */
export type BundleState =
  { readonly bwrap: Bwrap; readonly obstacle?: never } | { readonly bwrap?: never; readonly obstacle: string }

/** A file that has the recorded digest. */
interface Verified {
  readonly descriptor: number
  readonly expected: string
  /** When it was hashed. `undefined` when that does not tell yet whether it is altered afterwards. */
  readonly identity: string | undefined
  readonly bwrap: Bwrap
}

/**
 * A bwrap that comes with the package, beside a file `<its name>.sha256` with its digest, as sha256sum(1) writes it.
 *
 * What is hashed is the opened file, and that descriptor is what is executed, so nothing can be put in between. It is hashed once
 * for as long as its identity stays the same, change time included.
 */
export class BundledBwrap {
  readonly path: string
  #verified: Verified | undefined

  constructor(path: string) {
    this.path = path
  }

  /**
   * The bundled bwrap, opened and verified. To be asked again before every command: the file may have been altered meanwhile.
   *
   * @throws {BwrapDigestMismatchError} when it does not have the recorded digest.
   */
  look(): BundleState {
    if (this.#verified !== undefined) {
      this.#verified = this.#verify(this.#verified)
      return { bwrap: this.#verified.bwrap }
    }
    const obstacle = executionObstacle(this.path)
    if (obstacle !== undefined) return { obstacle }
    const expected = recordedDigest(`${this.path}.sha256`)
    if (expected === undefined) return { obstacle: 'has no recorded digest' }
    let descriptor: number
    try {
      descriptor = openSync(this.path, constants.O_RDONLY | constants.O_NOFOLLOW)
    } catch {
      return { obstacle: 'is a link or cannot be read' }
    }
    try {
      this.#verified = this.#verify({ descriptor, expected })
      return { bwrap: this.#verified.bwrap }
    } catch (error) {
      closeSync(descriptor)
      throw error
    }
  }

  #verify(file: Pick<Verified, 'descriptor' | 'expected'> & Partial<Verified>): Verified {
    const { descriptor, expected, identity, bwrap } = file
    const stats = fstatSync(descriptor, { bigint: true })
    const current = identityOf(stats)
    if (bwrap !== undefined && identity === current) return { descriptor, expected, identity, bwrap }
    const bytes = readAll(descriptor, Number(stats.size))
    const got = createHash('sha256').update(bytes).digest('hex')
    if (got !== expected) throw new BwrapDigestMismatchError(this.path, { expected, got })
    const options = optionsIn(bytes)
    return {
      descriptor,
      expected,
      identity: isSettled(stats) ? current : undefined,
      bwrap: { path: this.path, source: 'bundled', descriptor, options },
    }
  }
}

/** The coarsest clock of a file system: that of FAT, which counts two seconds at a time. */
const CLOCK_TICK_MS = 2000

/** A change right after another one, in the same tick of the clock, leaves the change time as it is. */
function isSettled({ ctimeMs }: BigIntStats): boolean {
  return Date.now() - Number(ctimeMs) > CLOCK_TICK_MS
}

const NO_DIGEST = '0'.repeat(64)

/** The first word, if it is a digest. All zero stands for none. */
function recordedDigest(path: string): string | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
  const digest = /^([\da-f]{64})(?=\s|$)/i.exec(text)?.[1]?.toLowerCase()
  return digest === NO_DIGEST ? undefined : digest
}

function readAll(descriptor: number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let length = 0
  for (let read = -1; read !== 0 && length < size; length += read) {
    read = readSync(descriptor, bytes, length, size - length, length)
  }
  return bytes.subarray(0, length)
}
