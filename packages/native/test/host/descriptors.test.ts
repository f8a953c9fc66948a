import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex, Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import { openWorkshop, reasonToSkip, USERS } from './host.js'
import { requestFor, run, start } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

/** Says which of the first 300 numbers are open, with nothing but the shell itself. */
const LIST_OPEN = 'i=0; while [ $i -lt 300 ]; do [ -e /proc/$$/fd/$i ] && l="$l $i"; i=$((i+1)); done'

describe.skipIf(reasonToSkip()).each(USERS)('descriptors, as $name', (user) => {
  const { program, directory } = workshop

  test('the command has the three streams and nothing else', async () => {
    const { stdout } = await run({ program, user }, ['sh', '-c', `${LIST_OPEN}; echo $l`])
    expect(stdout.toString()).toBe('0 1 2\n')
  })

  test.each([1, 2, 3, 7])('%i extra descriptors arrive at their own numbers', async (count) => {
    const write = Array.from({ length: count }, (_, index) => `echo number ${index + 3} >&${index + 3}`).join(
      '; ',
    )
    const extra = Array.from({ length: count }, () => 'pipe' as const)
    const argv = ['sh', '-c', `${LIST_OPEN}; ${write}; echo $l`]
    const started = start({ program, user, pieces: [requestFor(argv)], extra })
    const texts = Array.from({ length: count }, (_, index) =>
      buffer(started.child.stdio[index + 3] as Readable),
    )
    const numbers = Array.from({ length: count + 3 }, (_, index) => index)
    expect((await started.done).stdout.toString()).toBe(`${numbers.join(' ')}\n`)
    expect((await Promise.all(texts)).map(String)).toEqual(
      numbers.slice(3).map((number) => `number ${number}\n`),
    )
  })

  test('what else supervise inherited does not reach the command', () => {
    const shell = 'exec 7</dev/null 9</dev/null; exec "$0" supervise 4 3 $PPID'
    const child = spawn('/bin/sh', ['-c', shell, program], {
      stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe'],
    })
    const control = child.stdio[4] as Duplex
    control.resume().write(requestFor(['sh', '-c', `${LIST_OPEN}; echo $l`]))
    return expect(buffer(child.stdout as Readable).then(String)).resolves.toBe('0 1 2\n')
  })

  test.each([
    { closed: '<&-', open: '1 2 3' },
    { closed: '>&-', open: '0 2 3' },
    { closed: '<&- >&- 2>&-', open: '3' },
  ])('streams closed by "$closed" stay closed', async ({ closed, open }) => {
    const child = spawn('/bin/sh', ['-c', `exec "$0" supervise 4 4 $PPID ${closed}`, program], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      ...(user.uid === undefined ? {} : { uid: user.uid, gid: user.uid }),
    })
    const control = child.stdio[4] as Duplex
    control.resume().write(requestFor(['sh', '-c', `${LIST_OPEN}; echo $l >&3`]))
    expect((await buffer(child.stdio[3] as Readable)).toString()).toBe(`${open}\n`)
  })

  test('250 granted descriptors are the most', async () => {
    const shell = 'ulimit -n 1024; exec "$0" supervise 255 "$1" $PPID 255<&3 3<&-'
    for (const [granted, exitCode] of [
      ['250', 0],
      ['251', 125],
      ['4294967295', 2],
    ] as const) {
      const child = spawn('/bin/bash', ['-c', shell, program, granted], {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      })
      const control = child.stdio[3] as Duplex
      control.on('error', () => {})
      control.resume().write(requestFor(['true']))
      const status = await new Promise((resolve) => child.once('exit', resolve))
      expect({ granted, status }).toEqual({ granted, status: exitCode })
    }
  })

  test('a stream that the command closes ends for its reader while the command runs', async () => {
    const started = start({
      program,
      user,
      pieces: [requestFor(['sh', '-c', 'exec >&- 2>&-; read line; exit 3'])],
    })
    await Promise.all([buffer(started.stdout), started.started])
    expect(started.child.exitCode).toBe(null)
    started.stdin.end('go on\n')
    expect(await started.done).toMatchObject({ exitCode: 3 })
  })

  test('10 MB in and 100 MB out pass unharmed', async () => {
    const input = Buffer.alloc(10_000_000, 'sandbox ')
    const sum = start({ program, user, pieces: [requestFor(['sha256sum'])] })
    sum.stdin.end(input)
    const expected = createHash('sha256').update(input).digest('hex')
    expect((await sum.done).stdout.toString()).toBe(`${expected}  -\n`)
    const { stdout } = await run({ program, user }, ['head', '-c', '100000000', '/dev/zero'])
    expect(stdout.length).toBe(100_000_000)
  }, 20_000)

  test('the command starts behind a request that comes byte by byte', async () => {
    const request = requestFor(['echo', 'whole'])
    const started = start({ program, user, pieces: Array.from(request, (byte) => Uint8Array.of(byte)) })
    expect((await started.done).stdout.toString()).toBe('whole\n')
  })

  test('a caller that closes its control socket changes nothing', async () => {
    const started = start({ program, user, pieces: [requestFor(['sh', '-c', 'read line; exit 9'])] })
    await started.started
    started.control.destroy()
    ;(started.stdin as Writable).end('\n')
    expect(await started.done).toMatchObject({ exitCode: 9 })
  })

  test('the launcher sees nothing of the command', async () => {
    const report = join(directory, `launcher-${user.uid ?? 'self'}`)
    writeFileSync(report, '', { mode: 0o666 })
    spawnSync('chmod', ['666', report])
    const script = `{ ls -l /proc/$$/fd; tr '\\0' '\\n' </proc/$$/environ; pwd; } >${report}; exec /usr/bin/"$0" "$@"`
    const { launcherArgv } = { launcherArgv: ['sh', '-c', script] }
    await run({ program, user }, ['true'], {
      launcher: '/bin/sh',
      launcherArgv,
      enter: { env: { SECRET: 'x' } },
    })
    const lines = readFileSync(report, 'utf8').split('\n')
    const targets = lines
      .filter((line) => line.includes(' -> '))
      .map((line) => line.replace(/^.* (\d+ -> [^:\d[]+).*$/, '$1'))
    expect(targets.filter((target) => !/^1\d/.test(target))).toEqual([
      '0 -> /dev/null',
      `1 -> ${report.replace(/\d.*$/, '')}`,
      '2 -> pipe',
      expect.stringContaining('3 -> /'),
      '4 -> socket',
    ])
    expect(lines.join('\n')).not.toContain('SECRET')
    expect(lines).toContain('/')
  })
})
