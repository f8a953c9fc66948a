import { spawn } from 'node:child_process'
import { closeSync, readSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { constants } from 'node:os'
import {
  BROKER_NAME_SIZE,
  BROKER_PIPES,
  BROKER_REPLY_SIZE,
  BrokerEventReader,
  decodeBrokerReply,
  encodeBrokerSignal,
  encodeBrokerSpawn,
  type BrokerReply,
  type BrokerSlot,
  type ProcessEnd,
} from '@linux-sandbox/native'
import { openInProcess } from './open-in-process.js'

/** What a child is to have. */
export interface BrokerOrder {
  /** Of the command's descriptors; that of the control socket comes behind them. */
  readonly slots: readonly BrokerSlot[]
  readonly detached: boolean
  /** What `supervise` is told of the request before it comes. */
  readonly expected: number
}

/** A child of the broker. */
export interface BrokerProcess {
  readonly pid: number
  /** One for each slot that is a socket, in their order, and that of control. They are being connected, which cannot fail. */
  readonly sockets: readonly Socket[]
  /** 0 or an error number; ESRCH when it has ended. */
  readonly signal: (number: number) => number
  readonly ref: () => void
  readonly unref: () => void
  /** Has `listener` called once, when it has ended. To be said at once. */
  readonly onEnd: (listener: (end: ProcessEnd) => void) => void
}

/** Why there is no child: `stale` when this process is no longer what it was when the broker was started. */
export type BrokerRefusal = 'stale' | 'refused'

/** Where the broker has its socket of events: behind its three streams. */
const EVENTS = 3

/** What has become of a child of a broker that is no more. */
const KILLED: ProcessEnd = { exitCode: null, signal: constants.signals.SIGKILL }

/** Waits for the reply to one request, however often it is called; `undefined` when the broker has ended. */
type Answer = () => BrokerReply | undefined

interface RunningChild {
  keepsAlive: boolean
  onEnd: (end: ProcessEnd) => void
}

interface BrokerLink {
  readonly events: Socket
  readonly requests: number
  readonly replies: number
  /** What its socket is connected to by. */
  readonly name: string
}

/** A small process that starts `supervise` for this one. What is said is said in docs/native-protocol.md. */
export class Broker {
  readonly program: string
  readonly #link: BrokerLink
  readonly #children = new Map<number, RunningChild>()
  /** How many of them keep this process alive. */
  #keeping = 0
  /** Reads the reply to the last request, unless it has been read. */
  #lastAnswer: Answer = () => undefined
  #lastChild = 0
  #isUsable = true

  private constructor(program: string, link: BrokerLink) {
    this.program = program
    this.#link = link
    const reader = new BrokerEventReader()
    link.events.on('data', (chunk: Buffer) => {
      for (const { child, ...end } of reader.push(chunk)) this.#end(child, end)
    })
    link.events.once('close', () => this.#endAll())
  }

  /** Starts one and waits until it can be used. `undefined` where it cannot be: no /proc, or a kernel that lacks something. */
  static start(program: string): Broker | undefined {
    const child = spawn(program, ['broker', String(EVENTS), String(process.pid)], {
      cwd: '/',
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    child.on('error', () => undefined)
    const events = child.stdio?.[EVENTS] as Socket | undefined
    if (child.pid === undefined || events === undefined) return undefined
    events.on('error', () => undefined)
    child.unref()
    events.unref()
    const opened: number[] = []
    const open = (descriptor: number, flags: 'r' | 'w'): number => {
      opened.push(openInProcess(child.pid ?? 0, descriptor, flags))
      return opened.at(-1) ?? -1
    }
    try {
      // The last one that the broker makes comes first: then all is there.
      const replies = open(BROKER_PIPES.replies, 'r')
      const requests = open(BROKER_PIPES.requests, 'w')
      const name = read(replies, BROKER_NAME_SIZE).toString('latin1')
      return new Broker(program, { events, requests, replies, name })
    } catch {
      opened.forEach((descriptor) => closeSync(descriptor))
      child.kill('SIGKILL')
      events.destroy()
      return undefined
    }
  }

  /** Whether it is known of no reason not to be asked. */
  get isUsable(): boolean {
    return this.#isUsable
  }

  /** Has `supervise` started. What is returned waits for it, and is to be called once. */
  spawn({ slots, detached, expected }: BrokerOrder): () => BrokerProcess | BrokerRefusal {
    const child = ++this.#lastChild
    const sockets = slots.flatMap((slot, index) => (slot === 'socket' ? [this.#connect(index > 0)] : []))
    sockets.push(this.#connect(true))
    const answer = this.#ask(encodeBrokerSpawn({ child, slots, detached, expected }))
    return () => this.#take(child, sockets, answer())
  }

  #take(
    child: number,
    sockets: readonly Socket[],
    reply: BrokerReply | undefined,
  ): BrokerProcess | BrokerRefusal {
    if (reply?.errno !== 0) {
      sockets.forEach(abandon)
      return reply?.errno === constants.errno.ESTALE ? 'stale' : 'refused'
    }
    const running: RunningChild = { keepsAlive: false, onEnd: () => undefined }
    this.#children.set(child, running)
    this.#keepAlive(child, true)
    return {
      pid: reply.pid,
      sockets,
      signal: (number) => this.#signal(child, number),
      ref: () => this.#keepAlive(child, true),
      unref: () => this.#keepAlive(child, false),
      onEnd: (listener) => (running.onEnd = listener),
    }
  }

  /** Lets it end when its last child does. */
  retire(): void {
    this.#isUsable = false
    if (this.#children.size === 0) this.#link.events.destroy()
  }

  /** The connection is there when this returns: it only has to be taken, which the broker does in the order in which they were made. */
  #connect(readable: boolean): Socket {
    return new Socket({ readable }).connect({ path: this.#link.name })
  }

  #signal(child: number, number: number): number {
    if (!this.#children.has(child)) return constants.errno.ESRCH
    return this.#ask(encodeBrokerSignal(child, number))()?.errno ?? constants.errno.ESRCH
  }

  #ask(request: Uint8Array): Answer {
    // Replies come in the order of requests.
    this.#lastAnswer()
    if (!this.#tell(request)) return () => undefined
    this.#lastAnswer = once(() => this.#readReply())
    return this.#lastAnswer
  }

  #tell(request: Uint8Array): boolean {
    if (this.#link.events.destroyed) return false
    try {
      writeSync(this.#link.requests, request)
      return true
    } catch {
      this.#isUsable = false
      return false
    }
  }

  #readReply(): BrokerReply | undefined {
    try {
      return decodeBrokerReply(read(this.#link.replies, BROKER_REPLY_SIZE))
    } catch {
      // It has ended, which the socket of events will tell its children.
      this.#isUsable = false
      return undefined
    }
  }

  /** Whether this process stays for as long as `child` runs. */
  #keepAlive(child: number, wanted: boolean): void {
    const running = this.#children.get(child)
    if (running === undefined || running.keepsAlive === wanted) return
    running.keepsAlive = wanted
    this.#keeping += wanted ? 1 : -1
    if (this.#keeping === 0) this.#link.events.unref()
    else this.#link.events.ref()
  }

  #end(child: number, end: ProcessEnd): void {
    const running = this.#children.get(child)
    this.#keepAlive(child, false)
    this.#children.delete(child)
    running?.onEnd(end)
    if (!this.#isUsable) this.retire()
  }

  #endAll(): void {
    this.#isUsable = false
    closeSync(this.#link.requests)
    closeSync(this.#link.replies)
    for (const child of [...this.#children.keys()]) this.#end(child, KILLED)
  }
}

function once<Value>(act: () => Value): () => Value {
  let done: { readonly value: Value } | undefined
  return () => (done ??= { value: act() }).value
}

/** @throws when the other end is closed before `size` bytes have come. */
function read(descriptor: number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  if (readSync(descriptor, bytes) !== size) throw new Error('the broker has ended')
  return bytes
}

/** Nobody has taken the connection. */
function abandon(socket: Socket): void {
  socket.on('error', () => undefined)
  socket.destroy()
}
