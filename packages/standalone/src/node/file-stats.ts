import { facts, wideFacts } from '../host.js'

/** Source: stat.h. */
const S_IFMT = 0o170000
const S_IFREG = 0o100000
const S_IFDIR = 0o040000
const S_IFLNK = 0o120000
const S_IFSOCK = 0o140000

/** In which of the facts of a call the times are. */
const MODIFIED = 7
const CHANGED = 8
const BORN = 9

const NANOSECONDS_PER_MILLISECOND = 1_000_000

/** What is in the facts of `stat` and `fstat`, as Node has it. */
export class FileStats<Size extends number | bigint> {
  readonly dev: Size
  readonly ino: Size
  readonly mode: Size
  readonly nlink: Size
  readonly uid: Size
  readonly gid: Size
  readonly size: Size

  constructor(found: ArrayLike<Size>) {
    const fact = (index: number): Size => {
      const number = found[index]
      if (number === undefined) throw new RangeError(`there is no fact ${index}`)
      return number
    }
    this.dev = fact(0)
    this.ino = fact(1)
    this.mode = fact(2)
    this.nlink = fact(3)
    this.uid = fact(4)
    this.gid = fact(5)
    this.size = fact(6)
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

  #is(kind: number): boolean {
    return (Number(this.mode) & S_IFMT) === kind
  }
}

export class Stats extends FileStats<number> {
  readonly mtimeMs = (facts[MODIFIED] ?? 0) / NANOSECONDS_PER_MILLISECOND

  constructor() {
    super(facts)
  }
}

export class BigIntStats extends FileStats<bigint> {
  readonly ctimeNs = wideFacts[CHANGED]
  readonly ctimeMs = (wideFacts[CHANGED] ?? 0n) / BigInt(NANOSECONDS_PER_MILLISECOND)
  readonly birthtimeNs = wideFacts[BORN]

  constructor() {
    super(wideFacts)
  }
}
