/** Every number of `native/broker.h`; a test compares the two. */
import { GRANTED_DESCRIPTORS_MAX } from './constants.js'
import { decodeWaitStatus, type ProcessEnd } from './wait-status.js'

/** What the broker's descriptors of its two pipes are called in `/proc/<pid>/fd`. */
export const BROKER_PIPES = { requests: 30, replies: 31 } as const

/** How long the greeting is, the first of the replies: the abstract name of the broker's socket. */
export const BROKER_NAME_SIZE = 108

/** How many children the broker can have. */
export const BROKER_CHILDREN_MAX = 4096

export const BROKER_KIND = { spawn: 1, signal: 2 } as const

/** What a descriptor of a command is: `/dev/null` (closed from 3 up), or the next connection. */
export const BROKER_SLOT = { ignore: 0, socket: 1 } as const

export type BrokerSlot = keyof typeof BROKER_SLOT

const REQUEST_HEADER_SIZE = 20
/** As many slots as there can be, rounded up to a multiple of four. */
const REQUEST_SIZE = REQUEST_HEADER_SIZE + GRANTED_DESCRIPTORS_MAX + 2

/** How long a reply is, in bytes. */
export const BROKER_REPLY_SIZE = 8

const EVENT_SIZE = 8

export interface BrokerSpawn {
  /** What the child is called from then on. */
  readonly child: number
  readonly slots: readonly BrokerSlot[]
  /** Whether it gets a session of its own. */
  readonly detached: boolean
  /** What `expectation` gives for what `supervise` will be asked. Default: 0. */
  readonly expected?: number
}

/** What a request to start `supervise` is as bytes. */
export function encodeBrokerSpawn({ child, slots, detached, expected = 0 }: BrokerSpawn): Uint8Array {
  const bytes = encode([BROKER_KIND.spawn, child, detached ? 1 : 0, slots.length, expected])
  slots.forEach((slot, index) => (bytes[REQUEST_HEADER_SIZE + index] = BROKER_SLOT[slot]))
  return bytes
}

/** What a request to send a signal is as bytes. */
export function encodeBrokerSignal(child: number, signal: number): Uint8Array {
  return encode([BROKER_KIND.signal, child, signal, 0, 0])
}

function encode(header: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(REQUEST_SIZE)
  const view = new DataView(bytes.buffer)
  header.forEach((value, index) => view.setUint32(index * 4, value, true))
  return bytes
}

export interface BrokerReply {
  /** 0, or why not. */
  readonly errno: number
  readonly pid: number
}

/** What the broker answers in {@link BROKER_REPLY_SIZE} bytes. */
export function decodeBrokerReply(bytes: Uint8Array): BrokerReply {
  const view = new DataView(bytes.buffer, bytes.byteOffset, BROKER_REPLY_SIZE)
  return { errno: view.getUint32(0, true), pid: view.getInt32(4, true) }
}

/** That a child has ended. */
export interface BrokerEvent extends ProcessEnd {
  readonly child: number
}

/** Turns what arrives from the broker, in pieces of any size, into events. */
export class BrokerEventReader {
  #rest = new Uint8Array(0)

  /** The events that `chunk` completes. */
  push(chunk: Uint8Array): BrokerEvent[] {
    const bytes = new Uint8Array(this.#rest.length + chunk.length)
    bytes.set(this.#rest)
    bytes.set(chunk, this.#rest.length)
    const view = new DataView(bytes.buffer)
    const count = Math.floor(bytes.length / EVENT_SIZE)
    this.#rest = bytes.slice(count * EVENT_SIZE)
    return Array.from({ length: count }, (_, index) => ({
      child: view.getUint32(index * EVENT_SIZE, true),
      ...decodeWaitStatus(view.getUint32(index * EVENT_SIZE + 4, true)),
    }))
  }
}
