import { facts, host, wideFacts } from '../host.js'

/** Source: stat.h. */
const S_IFMT = 0o170000
const S_IFREG = 0o100000
const S_IFDIR = 0o040000
const S_IFLNK = 0o120000
const S_IFSOCK = 0o140000

/** In the order of native/looking.c: the first are left at once, and then the number of the question. */
const MODE = 0
const USER = 1
const GROUP = 2
const QUESTION = 3
const DEVICE = 3
const INODE = 4
const LINKS = 5
const SIZE = 6
const MODIFIED = 7
const CHANGED = 8
const BORN = 9

const NANOSECONDS_PER_MILLISECOND = 1_000_000

/**
 * What is in the facts of `stat` and `fstat`, as Node has it. What is rarely needed is only asked for then: a start is like an earlier one
 * when all that was asked has the same answer.
 */
export abstract class FileStats<Size extends number | bigint> {
  readonly mode: Size
  readonly uid: Size
  readonly gid: Size
  readonly #question = facts[QUESTION] ?? 0

  constructor(found: ArrayLike<Size>) {
    const fact = (index: number): Size => {
      const number = found[index]
      if (number === undefined) throw new RangeError(`there is no fact ${index}`)
      return number
    }
    this.mode = fact(MODE)
    this.uid = fact(USER)
    this.gid = fact(GROUP)
  }

  get dev(): Size {
    return this.fact(DEVICE)
  }

  get ino(): Size {
    return this.fact(INODE)
  }

  get nlink(): Size {
    return this.fact(LINKS)
  }

  get size(): Size {
    return this.fact(SIZE)
  }

  isFile(): boolean {
    return this.#is(S_IFREG)
  }

  isDirectory(): boolean {
    return this.#is(S_IFDIR)
  }

  isSymbolicLink(): boolean {
    return this.#is(S_IFLNK)
  }

  isSocket(): boolean {
    return this.#is(S_IFSOCK)
  }

  protected fact(index: number): Size {
    host.fact(this.#question, index)
    return this.told()
  }

  /** The first of the facts. */
  protected abstract told(): Size

  #is(kind: number): boolean {
    return (Number(this.mode) & S_IFMT) === kind
  }
}

export class Stats extends FileStats<number> {
  constructor() {
    super(facts)
  }

  get mtimeMs(): number {
    return this.fact(MODIFIED) / NANOSECONDS_PER_MILLISECOND
  }

  protected told(): number {
    return facts[0] ?? 0
  }
}

export class BigIntStats extends FileStats<bigint> {
  constructor() {
    super(wideFacts)
  }

  get ctimeNs(): bigint {
    return this.fact(CHANGED)
  }

  get ctimeMs(): bigint {
    return this.ctimeNs / BigInt(NANOSECONDS_PER_MILLISECOND)
  }

  get birthtimeNs(): bigint {
    return this.fact(BORN)
  }

  protected told(): bigint {
    return wideFacts[0] ?? 0n
  }
}
