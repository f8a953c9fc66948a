import { host } from '../host.js'
import { Buffer } from './buffer.js'
import { BigIntStats, Stats } from './file-stats.js'
import { check, checked, SystemError } from './system-error.js'

/** Those of `node:fs` that the facade uses, with Node's names, results and errors. */

/** Source: fcntl.h, unistd.h and stat.h of Linux; those of open(2) are the same on x86_64, and on aarch64 but for O_NOFOLLOW. */
declare const FILE_CONSTANTS: Readonly<Record<string, number>>

export const constants = FILE_CONSTANTS

/** Source: asm-generic/errno-base.h. */
const ENOENT = 2

interface StatOptions {
  readonly bigint?: boolean
  readonly throwIfNoEntry?: boolean
}

export function lstatSync(path: string, options: StatOptions = {}): Stats | BigIntStats | undefined {
  return stats(host.stat(path, 0), options, { syscall: 'lstat', path })
}

export function statSync(path: string, options: StatOptions = {}): Stats | BigIntStats | undefined {
  return stats(host.stat(path, 1), options, { syscall: 'stat', path })
}

export function fstatSync(descriptor: number, options: StatOptions = {}): Stats | BigIntStats | undefined {
  return stats(host.fstat(descriptor), options, { syscall: 'fstat' })
}

interface Call {
  readonly syscall: string
  readonly path?: string
}

function stats(
  errno: number,
  { bigint = false, throwIfNoEntry = true }: StatOptions,
  { syscall, path }: Call,
): Stats | BigIntStats | undefined {
  if (errno === ENOENT && !throwIfNoEntry) return undefined
  check(errno, syscall, path)
  return bigint ? new BigIntStats() : new Stats()
}

export function accessSync(path: string, mode: number): void {
  check(host.access(path, mode), 'access', path)
}

export function readlinkSync(path: string): string {
  return checked<string>(host.readlink(path), 'readlink', path)
}

export function realpathSync(path: string): string {
  return checked<string>(host.realpath(path), 'lstat', path)
}

interface ReaddirOptions {
  readonly withFileTypes?: boolean
  readonly encoding?: 'buffer'
}

/** An entry of a directory. */
class Dirent {
  readonly name: string | Buffer
  readonly #kind: string

  constructor(name: string | Buffer, kind: string) {
    this.name = name
    this.#kind = kind
  }

  isFile(): boolean {
    return this.#kind === '-'
  }

  isDirectory(): boolean {
    return this.#kind === 'd'
  }

  isSymbolicLink(): boolean {
    return this.#kind === 'l'
  }
}

export function readdirSync(path: string, options: ReaddirOptions = {}): (string | Dirent)[] {
  const found = checked<Uint8Array>(host.readdir(path), 'scandir', path)
  if (options.encoding === 'buffer') return undecodedEntries(found)
  // A slash ends each.
  const words = host.decode(found).split('/').slice(0, -1)
  if (options.withFileTypes !== true) return words.map((word) => word.slice(1))
  return words.map((word) => new Dirent(word.slice(1), word.slice(0, 1)))
}

const SLASH = 0x2f

function undecodedEntries(found: Uint8Array): Dirent[] {
  const entries: Dirent[] = []
  for (let at = 0; at < found.length;) {
    const end = found.indexOf(SLASH, at)
    entries.push(new Dirent(Buffer.from(found.subarray(at + 1, end)), String.fromCharCode(found[at] ?? 0)))
    at = end + 1
  }
  return entries
}

export function openSync(path: string, flags: number | 'r' | 'r+'): number {
  const descriptor = host.open(path, typeof flags === 'number' ? flags : (FLAGS[flags] ?? 0))
  if (descriptor < 0) throw new SystemError(-descriptor, 'open', path)
  return descriptor
}

const FLAGS = { r: constants['O_RDONLY'], 'r+': constants['O_RDWR'] }

export function closeSync(descriptor: number): void {
  check(host.close(descriptor), 'close')
}

export function readSync(
  descriptor: number,
  into: Uint8Array,
  offset: number,
  length: number,
  position: number | null,
): number {
  const bytes = checked<Uint8Array>(host.read(descriptor, length, position ?? -1), 'read')
  into.set(bytes, offset)
  return bytes.length
}

/** At first; files of /proc do not say how long they are. */
const CHUNK_BYTES = 65_536

export function readFileSync(path: string, encoding?: 'utf8'): string | Buffer {
  const descriptor = openSync(path, 'r')
  try {
    const bytes = readToEnd(descriptor)
    return encoding === undefined ? bytes : bytes.toString()
  } finally {
    closeSync(descriptor)
  }
}

function readToEnd(descriptor: number): Buffer {
  let bytes = Buffer.alloc(Math.max(CHUNK_BYTES, Number(fstatSync(descriptor)?.size) + 1))
  for (let length = 0; ;) {
    const count = readSync(descriptor, bytes, length, bytes.length - length, null)
    if (count === 0) return bytes.subarray(0, length)
    length += count
    if (length === bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(length)])
  }
}

export function existsSync(path: string): boolean {
  return host.access(path, 0) === 0
}
