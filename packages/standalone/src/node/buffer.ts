import { host } from '../host.js'

/** What the facade uses of Node's `Buffer`. */
export class Buffer extends Uint8Array {
  static alloc(size: number): Buffer {
    return new Buffer(size)
  }

  static override from(source: string | Iterable<number> | ArrayLike<number>): Buffer {
    if (typeof source !== 'string') return new Buffer(Array.from(source))
    return new Buffer(host.encode(source).buffer)
  }

  static concat(parts: readonly Uint8Array[]): Buffer {
    const joined = new Buffer(parts.reduce((sum, { length }) => sum + length, 0))
    let length = 0
    for (const part of parts) {
      joined.set(part, length)
      length += part.length
    }
    return joined
  }

  static byteLength(text: string): number {
    return host.encode(text).length
  }

  override subarray(start?: number, end?: number): Buffer {
    return super.subarray(start, end) as Buffer // which is made of the same class
  }

  override indexOf(wanted: string | number, from = 0): number {
    return typeof wanted === 'string' ? host.find(this, wanted, from) : super.indexOf(wanted, from)
  }

  equals(other: Uint8Array): boolean {
    return this.length === other.length && this.every((byte, index) => byte === other[index])
  }

  /** UTF-8 is all that there is. */
  override toString(encoding: 'utf8' = 'utf8', start = 0, end = this.length): string {
    if (encoding !== 'utf8') throw new TypeError(`no encoding ${String(encoding)}`)
    return host.decode(super.subarray(start, end))
  }
}
