import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import { buffer, text } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import { encodeBrokerSignal, encodeBrokerSpawn, ReportReader, type Report } from '../../src/index.js'
import { startBroker, type TestBroker } from './broker.js'
import { openWorkshop, USERS } from './host.js'
import { becomes, childrenOf } from './processes.js'
import { requestFor, WITHOUT_LAUNCHER } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

const { EAGAIN, ESRCH } = constants.errno
const { SIGKILL, SIGTERM } = constants.signals
const PIPES = ['socket', 'socket', 'socket'] as const

/** Starts `supervise` with three pipes, and nothing is sent to it. */
function startChild(broker: TestBroker, child: number): { pid: number; sockets: Socket[] } {
  const sockets = broker.connect(4)
  const reply = broker.ask(encodeBrokerSpawn({ child, slots: PIPES, detached: false }))
  expect(reply).toMatchObject({ errno: 0 })
  return { pid: reply!.pid, sockets }
}

/** What each descriptor of a process is, by its number. */
function descriptorsOf(pid: number): Record<string, string> {
  const directory = `/proc/${pid}/fd`
  return Object.fromEntries(
    readdirSync(directory).map((number) => [number, readlinkSync(`${directory}/${number}`)]),
  )
}

describe.each(USERS)('a broker of $name', (user) => {
  const withBroker = async (use: (broker: TestBroker) => Promise<void>): Promise<void> => {
    const broker = await startBroker(workshop.program, user)
    try {
      await use(broker)
    } finally {
      await broker.end()
    }
  }

  test('starts a command with its streams, and tells its end', () =>
    withBroker(async (broker) => {
      const { pid, sockets } = startChild(broker, 7)
      const [stdin, stdout, stderr, control] = sockets as [Socket, Socket, Socket, Socket]
      const reports: Report[] = []
      const reader = new ReportReader()
      control.on('data', (chunk: Buffer) => reports.push(...reader.push(chunk)))
      control.write(requestFor(['sh', '-c', 'cat; echo error >&2; exit 5'], WITHOUT_LAUNCHER))
      stdin.end('text')
      expect(await Promise.all([text(stdout), text(stderr)])).toEqual(['text', 'error\n'])
      expect(await becomes(() => broker.events.length === 1)).toBe(true)
      expect(broker.events).toEqual([{ child: 7, exitCode: 5, signal: null }])
      expect(reports.map(({ kind }) => kind)).toEqual(['started', 'ended'])
      expect(pid).toBeGreaterThan(0)
    }))

  test('gives 50 at once nothing of each other, and keeps nothing of them', () =>
    withBroker(async (broker) => {
      const before = descriptorsOf(broker.pid)
      const children = Array.from({ length: 50 }, (_, index) => startChild(broker, index))
      expect(descriptorsOf(broker.pid)).toEqual(before)
      // All have executed and wait for their requests.
      const own = children.map(({ pid }) => {
        const { 0: stdin, 1: stdout, 2: stderr, 3: control, ...others } = descriptorsOf(pid)
        expect(Object.values(others).filter((target) => target.startsWith('socket:'))).toEqual([])
        return [stdin, stdout, stderr, control]
      })
      expect(new Set(own.flat()).size).toBe(200)
      expect(own.flat().every((target) => target?.startsWith('socket:'))).toBe(true)
      // The end of one's input is the end of nobody else's.
      children[0]!.sockets.forEach((socket) => socket.destroy())
      expect(await becomes(() => broker.events.length === 1)).toBe(true)
      expect(broker.events).toMatchObject([{ child: 0 }])
    }))

  test('ignores what is to be ignored, and closes it from 3 up', () =>
    withBroker(async (broker) => {
      const [stdout, three, control] = broker.connect(3) as [Socket, Socket, Socket]
      const slots = ['ignore', 'socket', 'ignore', 'ignore', 'socket'] as const
      expect(broker.ask(encodeBrokerSpawn({ child: 1, slots, detached: true }))).toMatchObject({ errno: 0 })
      const script = 'readlink /proc/$$/fd/0 /proc/$$/fd/2 /proc/$$/fd/3; echo four >&4'
      control.write(requestFor(['sh', '-c', script], WITHOUT_LAUNCHER))
      control.resume()
      expect(await Promise.all([text(stdout), text(three)])).toEqual(['/dev/null\n/dev/null\n', 'four\n'])
    }))

  test('sends signals to children of its own that live, and to nobody else', () =>
    withBroker(async (broker) => {
      const { pid } = startChild(broker, 1)
      const other = startChild(broker, 2)
      expect(broker.ask(encodeBrokerSignal(1, 0))).toMatchObject({ errno: 0 })
      expect(broker.ask(encodeBrokerSignal(pid, 0))).toMatchObject({ errno: ESRCH })
      expect(broker.ask(encodeBrokerSignal(1, SIGTERM))).toMatchObject({ errno: 0 })
      expect(await becomes(() => broker.events.length === 1)).toBe(true)
      expect(broker.events).toEqual([{ child: 1, exitCode: null, signal: SIGTERM }])
      expect(broker.ask(encodeBrokerSignal(1, SIGKILL))).toMatchObject({ errno: ESRCH })
      expect(childrenOf(broker.pid)).toEqual([other.pid])
    }))

  test('refuses a child without all of its connections, and a name that is taken, and goes on', () =>
    withBroker(async (broker) => {
      const request = (child: number) => encodeBrokerSpawn({ child, slots: PIPES, detached: false })
      const few = broker.connect(3)
      expect(broker.ask(request(1))).toMatchObject({ errno: EAGAIN })
      await Promise.all(few.map((socket) => buffer(socket)))
      startChild(broker, 1)
      const refused = broker.connect(4)
      expect(broker.ask(request(1))).toMatchObject({ errno: EAGAIN })
      // What was refused is closed, and not taken for the next child's.
      await Promise.all(refused.map((socket) => buffer(socket)))
      const [stdin, stdout, , control] = startChild(broker, 2).sockets as [Socket, Socket, Socket, Socket]
      control.write(requestFor(['cat'], WITHOUT_LAUNCHER))
      control.resume()
      stdin.end('next')
      expect(await text(stdout)).toBe('next')
    }))

  test('takes no connection of another process, nor is it kept by one from taking ours', () =>
    withBroker(async (broker) => {
      // Of the same user, or of root, who may connect to everything.
      const source = `
        const socket = require('node:net').connect({ path: ${JSON.stringify(broker.name)} })
        socket.on('connect', () => { socket.write('x'.repeat(1000)); console.log('connected') })
        socket.on('data', () => console.log('answered'))
        socket.on('error', () => undefined)
        socket.on('close', () => process.exit(9))`
      const stranger = spawn(process.execPath, ['-e', source], { cwd: '/' })
      const said = text(stranger.stdout)
      const ended = once(stranger, 'exit')
      await once(stranger.stdout, 'readable')
      const { sockets } = startChild(broker, 1)
      expect(await ended).toEqual([9, null])
      expect(await said).toBe('connected\n')
      expect(childrenOf(broker.pid)).toHaveLength(1)
      const [stdin, stdout, , control] = sockets as [Socket, Socket, Socket, Socket]
      control.write(requestFor(['cat'], WITHOUT_LAUNCHER))
      control.resume()
      stdin.end('ours')
      expect(await text(stdout)).toBe('ours')
    }))

  test('takes its children with it, whatever they do, when it is killed', async () => {
    const broker = await startBroker(workshop.program, user)
    const waiting = startChild(broker, 1)
    const running = startChild(broker, 2)
    const [, stdout, , control] = running.sockets as [Socket, Socket, Socket, Socket]
    control.write(requestFor(['sh', '-c', 'echo here; sleep 1000'], WITHOUT_LAUNCHER))
    await once(stdout, 'data')
    const below = [...childrenOf(running.pid), waiting.pid, running.pid]
    broker.child.kill('SIGKILL')
    const isThere = (pid: number): boolean => {
      try {
        return !/^State:\t[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
      } catch {
        return false
      }
    }
    expect(await becomes(() => !below.some(isThere))).toBe(true)
    await broker.end()
  })
})

test('a broker of anybody but its parent ends', async () => {
  const child = spawn(workshop.program, ['broker', '3', '1'], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
  expect(await once(child, 'exit')).toEqual([125, null])
})
