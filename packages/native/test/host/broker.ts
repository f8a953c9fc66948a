import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import {
  BROKER_NAME_SIZE,
  BROKER_PIPES,
  BROKER_REPLY_SIZE,
  BrokerEventReader,
  decodeBrokerReply,
  type BrokerEvent,
  type BrokerReply,
} from '../../src/index.js'
import type { User } from './host.js'

/** A broker of this process, spoken to as the protocol says. */
export interface TestBroker {
  readonly child: ChildProcess
  readonly pid: number
  /** The abstract name of its socket, with its NUL. */
  readonly name: string
  readonly events: readonly BrokerEvent[]
  /** Resolves with its status when it has ended. */
  readonly ended: Promise<number | null>
  /** Makes as many connections to it. */
  readonly connect: (count: number) => Socket[]
  /** `undefined` when it ended in place of an answer. */
  readonly ask: (request: Uint8Array) => BrokerReply | undefined
  readonly end: () => Promise<void>
}

const EVENTS = 3

export async function startBroker(program: string, user?: User): Promise<TestBroker> {
  const child = spawn(program, ['broker', String(EVENTS), String(process.pid)], {
    cwd: '/',
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    ...(user?.uid === undefined ? {} : { uid: user.uid, gid: user.uid }),
  })
  const pid = child.pid!
  const ended = once(child, 'exit').then(([status]) => status as number | null)
  const replies = await openPipe(pid, BROKER_PIPES.replies, 'r')
  const requests = await openPipe(pid, BROKER_PIPES.requests, 'w')
  const name = read(replies, BROKER_NAME_SIZE)!.toString('latin1')
  const socket = child.stdio[EVENTS] as Socket
  const events: BrokerEvent[] = []
  const reader = new BrokerEventReader()
  socket.on('data', (chunk: Buffer) => events.push(...reader.push(chunk)))
  socket.on('error', () => undefined)
  const connect = (count: number): Socket[] =>
    Array.from({ length: count }, () => {
      const connection = new Socket()
      connection.on('error', () => undefined)
      return connection.connect({ path: name })
    })
  const ask = (request: Uint8Array): BrokerReply | undefined => {
    writeSync(requests, request)
    const reply = read(replies, BROKER_REPLY_SIZE)
    return reply && decodeBrokerReply(reply)
  }
  const end = async (): Promise<void> => {
    socket.destroy()
    await ended
    closeSync(requests)
    closeSync(replies)
  }
  return { child, pid, name, events, ended, connect, ask, end }
}

function read(descriptor: number, size: number): Buffer | undefined {
  const bytes = Buffer.alloc(size)
  return readSync(descriptor, bytes) === size ? bytes : undefined
}

async function openPipe(pid: number, descriptor: number, flags: string): Promise<number> {
  for (let attempts = 0; ; attempts++) {
    try {
      return openSync(`/proc/${pid}/fd/${descriptor}`, flags)
    } catch (error) {
      if (attempts === 5000) throw error
      await setTimeout(1)
    }
  }
}
