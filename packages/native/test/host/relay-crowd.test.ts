import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { relayOf, statusNumber } from './endpoints.js'
import { reasonToSkip } from './host.js'
import { becomes } from './processes.js'
import { program, directory, IDLE_TICKS, idleTicks, startInside, open } from './relay-scene.js'
import { describe, expect, test } from 'vitest'

/** Opens `count` connections, of which each says a line and waits for its echo, and holds them until it is told. */
const CROWD = (count: number): string => `
  const sockets = Array.from({ length: ${count} }, () => connect())
  const answers = sockets.map((socket, index) => {
    socket.write('number ' + index + '\\n')
    return once(socket, 'data').then(([bytes]) => String(bytes) === 'number ' + index + '\\n')
  })
  console.log((await Promise.all(answers)).filter(Boolean).length + ' answered')
  await line()
  await Promise.all(sockets.map((socket) => { socket.end(); return whole(socket) }))
  console.log('all over')
  await line()`

describe.skipIf(reasonToSkip())('many connections', () => {
  test.each([
    { kind: 'TCP', where: { host: '127.0.0.1' } },
    { kind: 'Unix, with a short queue', where: { path: join(directory, 'crowd'), backlog: 5 } },
  ])('1000 at once: $kind', async ({ where }) => {
    const endpoint = await open((socket) => socket.pipe(socket), where)
    const started = startInside(CROWD(1000), endpoint)
    await started.said('1000 answered')
    const relay = relayOf(started)!
    expect(endpoint.sockets.length).toBe(1000)
    expect(await idleTicks(relay)).toBeLessThan(IDLE_TICKS)
    started.stdin.write('\n')
    await started.said('all over')
    expect(
      await becomes(() => statusNumber(relay, 'FDSize') > 0 && endpoint.sockets.every((one) => one.closed)),
    ).toBe(true)
    started.stdin.end('\n')
    expect(await started.done).toMatchObject({ exitCode: 0 })
  })

  test('more than there are descriptors for wait until others have ended', async () => {
    const endpoint = await open((socket) => socket.pipe(socket))
    const started = startInside(WAITING, endpoint, [
      '/bin/sh',
      '-c',
      'ulimit -n 100; exec "$0" "$@"',
      program,
    ])
    await started.said('some answered')
    const relay = relayOf(started)!
    expect(await becomes(() => endpoint.sockets.length >= 40)).toBe(true)
    expect(await idleTicks(relay)).toBeLessThan(IDLE_TICKS)
    expect(endpoint.sockets.length).toBeLessThan(50)
    started.stdin.write('\n')
    await started.said('all answered')
    started.stdin.write('\n')
    await started.said('late answered')
    started.stdin.end('\n')
    expect(await started.done).toMatchObject({ exitCode: 0 })
  })

  test('a relay that may open nothing more waits, and goes on when it may', async () => {
    const endpoint = await open((socket) => socket.pipe(socket))
    const started = startInside(WAITING, endpoint)
    await started.said('some answered')
    const relay = relayOf(started)!
    started.stdin.write('\n')
    await started.said('all answered')
    const limit = (count: number) =>
      spawnSync('prlimit', ['--pid', String(relay), `--nofile=${count}:`], { encoding: 'utf8' })
    expect(limit(7)).toMatchObject({ status: 0, stderr: '' })
    const before = endpoint.sockets.length
    started.stdin.write('\n')
    await started.said('asked')
    expect(await idleTicks(relay)).toBeLessThan(IDLE_TICKS)
    expect(endpoint.sockets.length).toBe(before)
    expect(limit(1024)).toMatchObject({ status: 0 })
    await started.said('late answered')
    started.stdin.end('\n')
    expect(await started.done).toMatchObject({ exitCode: 0 })
  })
})

/** 60 connections, of which each ends when it is answered and some line has come; then one more. */
const WAITING = `
  let answered = 0
  const released = line()
  const all = Array.from({ length: 60 }, async () => {
    const socket = connect()
    socket.write('x')
    await once(socket, 'data')
    if (++answered === 5) console.log('some answered')
    await released
    socket.end()
    await whole(socket)
  })
  await Promise.all(all)
  console.log('all answered')
  await line()
  const late = connect()
  late.write('late')
  console.log('asked')
  await once(late, 'data')
  console.log('late answered')
  await line()`
