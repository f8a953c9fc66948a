import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openWorkshop, reasonToSkip, USERS } from './host.js'
import { bwrapArgv, run } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

describe.skipIf(reasonToSkip()).each(USERS)('how a run ends, as $name', (user) => {
  const host = { program: workshop.program, user }
  const FIRST = { attempt: 'first' }

  test('every exit status comes through exactly', async () => {
    const statuses = Array.from({ length: 256 }, (_, status) => status)
    const outcomes = []
    for (let at = 0; at < 256; at += 8) {
      const batch = statuses.slice(at, at + 8).map((status) => run(host, ['sh', '-c', `exit ${status}`]))
      outcomes.push(...(await Promise.all(batch)))
    }
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual(statuses)
    expect(outcomes.map(({ reports }) => reports.at(-1))).toEqual(
      statuses.map((exitCode) => ({ kind: 'ended', ...FIRST, exitCode, signal: null })),
    )
  }, 30_000)

  test.each([
    { name: 'SIGTERM', number: 15 },
    { name: 'SIGKILL', number: 9 },
    { name: 'SIGSEGV', number: 11 },
    { name: 'SIGINT', number: 2 },
    { name: 'SIGPIPE', number: 13 },
    { name: 'SIGUSR1', number: 10 },
  ])('a command that ends by $name', async ({ name, number }) => {
    const argv = ['sh', '-c', `kill -${number} $$`]
    const reports = [
      { kind: 'started', ...FIRST },
      { kind: 'ended', ...FIRST, exitCode: null, signal: number },
    ]
    expect(await run(host, argv)).toMatchObject({ exitCode: 128 + number, signal: null, reports })
    expect(await run(host, argv, { reraise: true })).toMatchObject({ exitCode: null, signal: name, reports })
  })

  test.each([
    { why: 'missing from PATH', argv: ['no-such-command'], exitCode: 127, errno: 2 },
    { why: 'missing at its path', argv: ['/no/such/command'], exitCode: 127, errno: 2 },
    { why: 'empty', argv: [''], exitCode: 127, errno: 2 },
    { why: 'not executable', argv: ['/etc/passwd'], exitCode: 126, errno: 13 },
    { why: 'a directory', argv: ['/etc'], exitCode: 126, errno: 13 },
    { why: 'below a file', argv: ['/etc/passwd/x'], exitCode: 126, errno: 20 },
  ])('a command that is $why', async ({ argv, exitCode, errno }) => {
    expect(await run(host, argv)).toMatchObject({
      exitCode,
      reports: [{ kind: 'failed', ...FIRST, step: 'exec', errno }],
    })
  })

  test('a command whose name is in PATH but not executable, and executable further on', async () => {
    writeFileSync(join(workshop.directory, 'true'), 'exit 3\n', { mode: 0o644 })
    const env = { PATH: `${workshop.directory}:/etc/passwd:/usr/bin:/bin` }
    expect(await run(host, ['true'], { enter: { env } })).toMatchObject({ exitCode: 0 })
    const only = { PATH: `${workshop.directory}:/missing` }
    expect(await run(host, ['true'], { enter: { env: only } })).toMatchObject({ exitCode: 126 })
  })

  test('a script without #! is run by the shell, with its arguments', async () => {
    writeFileSync(join(workshop.directory, 'script'), 'echo "$0 $1 $#"\n', { mode: 0o755 })
    const path = join(workshop.directory, 'script')
    expect((await run(host, [path, 'a b'])).stdout.toString()).toBe(`${path} a b 1\n`)
    const found = await run(host, ['script', 'x'], { enter: { env: { PATH: workshop.directory } } })
    expect(found.stdout.toString()).toBe(`${path} x 1\n`)
  })

  test('PATH of the request decides, with an empty entry for the working directory and a default', async () => {
    writeFileSync(join(workshop.directory, 'here'), '#!/bin/sh\nexit 9\n', { mode: 0o755 })
    const cwd = workshop.directory
    expect(await run(host, ['here'], { enter: { cwd, env: { PATH: '/nowhere:' } } })).toMatchObject({
      exitCode: 9,
    })
    expect(await run(host, ['here'], { enter: { cwd, env: { PATH: '/nowhere' } } })).toMatchObject({
      exitCode: 127,
    })
    expect(await run(host, ['true'], { enter: { env: {} } })).toMatchObject({ exitCode: 0 })
  })

  test('a missing working directory is told as such', async () => {
    expect(await run(host, ['true'], { enter: { cwd: '/no/such/directory' } })).toMatchObject({
      exitCode: 125,
      reports: [{ kind: 'failed', ...FIRST, step: 'cwd', errno: 2 }],
    })
  })

  test('the fallback is used when the first launcher fails', async () => {
    const fallbackArgv = bwrapArgv()
    const outcome = await run(host, ['cat'], { launcherArgv: bwrapArgv(['--no-such-option']), fallbackArgv })
    expect(outcome).toMatchObject({ exitCode: 0, reports: [{ kind: 'started', attempt: 'fallback' }, {}] })
  })

  test('the fallback is not used when the command ran', async () => {
    const outcome = await run(host, ['sh', '-c', 'echo x; exit 1'], { fallbackArgv: bwrapArgv() })
    expect(outcome).toMatchObject({ exitCode: 1, reports: [{ kind: 'started', ...FIRST }, {}] })
    expect(outcome.stdout.toString()).toBe('x\n')
  })

  test('when both attempts fail, the report has what bwrap said', async () => {
    const launcherArgv = bwrapArgv(['--no-such-option'])
    const outcome = await run(host, ['true'], { launcherArgv, fallbackArgv: bwrapArgv(['--other-option']) })
    const text = expect.stringContaining('--other-option')
    const end = { exitCode: 1, signal: null }
    expect(outcome).toMatchObject({
      exitCode: 125,
      reports: [{ kind: 'failed', attempt: 'fallback', step: 'launcher', ...end, text }],
    })
    expect(outcome.stderr.toString()).toBe('')
  })

  test('of a talkative launcher the last 64 KiB are kept', async () => {
    const script = 'head -c 200000 /dev/zero | tr "\\0" x >&2; echo the end >&2; exit 5'
    const outcome = await run(host, ['true'], { launcher: '/bin/sh', launcherArgv: ['sh', '-c', script] })
    const text = `${'x'.repeat(64 * 1024 - 8)}the end\n`
    expect(outcome.reports).toEqual([
      { kind: 'failed', ...FIRST, step: 'launcher', exitCode: 5, signal: null, text },
    ])
  })

  test('a launcher that is missing or ends well without a word has failed', async () => {
    const missing = await run(host, ['true'], { launcher: '/no/bwrap' })
    expect(missing).toMatchObject({ exitCode: 125, reports: [{ step: 'launcher', exitCode: 127 }] })
    expect(missing.reports[0]).toMatchObject({ text: expect.stringContaining('/no/bwrap') })
    const silent = await run(host, ['true'], { launcher: '/bin/true', launcherArgv: ['true'] })
    expect(silent).toMatchObject({ exitCode: 125, reports: [{ step: 'launcher', exitCode: 0, text: '' }] })
  })
})

test('wrong usage ends with status 2 and the usage', () => {
  for (const args of [
    [],
    ['enter', '1'],
    ['supervise', '0', '0'],
    ['supervise', '0', '0', '1'],
    ['supervise', '-1', '3', '1'],
    ['supervise', '1', '1', '1', 'x'],
    ['supervise', '1', '1', '1', '-', '-'],
    ['supervise', '1', '1', '1', '-', '0', '0'],
    ['version', 'x'],
  ]) {
    const { status, stderr } = spawnSync(workshop.program, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    expect({ args, status, stderr }).toEqual({ args, status: 2, stderr: expect.stringMatching(/^usage: /) })
  }
})

test('a caller that died before supervise could look at it ends the run', () => {
  // Another process than its parent: what the parent's number would be after the parent's death.
  const { status } = spawnSync(workshop.program, ['supervise', '0', '0', '1'], { stdio: ['pipe'] })
  expect(status).toBe(125)
})
