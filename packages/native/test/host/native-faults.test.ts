import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import { expectation, ReportReader, type LaunchOperation } from '../../src/index.js'
import { openWorkshop, reasonToSkipNative, USERS, type User } from './host.js'
import { pidsWith } from './processes.js'
import { buildProbe } from './probes.js'
import { NATIVE, requestFor, withParts } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

const place = (name: string): string => join(workshop.directory, name)
const tracer = buildProbe(workshop.directory, 'faults')
const command = buildProbe(workshop.directory, 'confined')

const DIRECTORIES = ['hidden', 'read', 'write', 'elsewhere'] as const
for (const name of DIRECTORIES) {
  mkdirSync(place(name))
  chmodSync(place(name), 0o777)
}
writeFileSync(place('secret'), 'secret')
chmodSync(place('secret'), 0o644)

/** Every type of operation. */
const OPERATIONS: readonly LaunchOperation[] = [
  { type: 'root', access: 'write', devices: false },
  { type: 'dev' },
  { type: 'tmpfs', target: '/dev/shm', mode: 0o1777 },
  { type: 'device', source: '/dev/null', target: '/dev/other' },
  { type: 'remount-read-only', target: '/dev' },
  { type: 'proc' },
  { type: 'bind', source: place('read'), target: place('read'), access: 'read' },
  { type: 'bind', source: place('write'), target: place('write'), access: 'write' },
  { type: 'mask-file', target: place('secret') },
  { type: 'mask-file', target: command.replace(/confined$/, 'faults') },
  { type: 'mask-directory', target: place('hidden'), traversable: true },
  { type: 'directory', target: place('hidden/inner'), mode: 0o111 },
  { type: 'symlink', target: place('hidden/inner/link'), to: '/etc' },
  { type: 'remount-read-only', target: place('hidden') },
]

const request = requestFor(
  [command, place('secret'), place('hidden'), place('read'), place('write')],
  withParts(NATIVE, {
    operations: OPERATIONS,
    enter: {
      filter: Uint8Array.of(6, 0, 0, 0, 0, 0, 0xff, 0x7f), // return SECCOMP_RET_ALLOW
      limits: [{ resource: 'nofile', soft: 64, hard: 64 }],
    },
  }),
)

const ERRORS = { EPERM: 1, ENOMEM: 12, ENOSYS: 38 }
type ErrorName = keyof typeof ERRORS
const ALL_ERRORS = Object.keys(ERRORS) as ErrorName[]

/** What can fail with the command as confined as ever, and why. */
const TOLERATED: Readonly<Record<string, { readonly errors: readonly ErrorName[]; readonly why: string }>> = {
  close: { errors: ALL_ERRORS, why: 'what is left open is closed before the command' },
  close_range: { errors: ['EPERM', 'ENOSYS'], why: 'each descriptor is closed by its number' },
  fcntl: { errors: ALL_ERRORS, why: 'libc sets again what open(2) was told' },
  gettid: { errors: ALL_ERRORS, why: 'cannot fail; libc notes it after fork(2)' },
  keyctl: { errors: ['EPERM', 'ENOSYS'], why: 'a host without keyrings, or that denies them' },
  openat2: { errors: ['EPERM', 'ENOSYS'], why: 'the path is opened by its components' },
  pipe2: { errors: ['ENOSYS'], why: 'libc takes the older call' },
  prctl: { errors: ALL_ERRORS, why: 'the name, and what is checked afterwards' },
  prlimit64: { errors: ['ENOSYS'], why: 'libc takes the older call' },
  rt_sigaction: { errors: ALL_ERRORS, why: 'cannot fail; the signal stays as it was' },
  signalfd4: { errors: ['ENOSYS'], why: 'libc takes the older call' },
  umask: { errors: ALL_ERRORS, why: 'cannot fail; the mask of the command differs' },
}

interface Ending {
  readonly call: string
  readonly exitCode: number | null
  readonly outcome: 'not started' | 'confined' | string
}

interface Start {
  readonly user: User
  /** Whether the launch is expected, and so begins before the request. */
  readonly isExpected: boolean
}

/** A run in which call `number` fails. */
async function runWithFault({ user, isExpected }: Start, number: number, error: ErrorName): Promise<Ending> {
  const expected = isExpected ? expectation(NATIVE.namespaces) : 0
  const child = spawn(tracer, [number, ERRORS[error], workshop.program, 3, 3, expected].map(String), {
    env: {},
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    ...(user.uid === undefined ? {} : { uid: user.uid, gid: user.uid }),
  })
  const control = child.stdio[3] as Duplex
  control.on('error', () => {})
  control.write(request)
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [stdout, stderr, reported] = await Promise.all([
    buffer(child.stdout as Readable),
    buffer(child.stderr as Readable),
    buffer(control),
  ])
  const exitCode = await exited
  const reports = new ReportReader().push(reported)
  const isRefused = reports.length === 1 && reports[0]?.kind === 'failed' && stdout.length === 0
  const outcome = isRefused ? 'not started' : stdout.toString().trim() || JSON.stringify(reports)
  return { call: stderr.toString().trim(), exitCode, outcome }
}

const AT_ONCE = 8

/** The endings of all runs, by the number of the call, until one in which the command was executed before. */
async function runAll(start: Start, error: ErrorName): Promise<Ending[]> {
  const endings: Ending[] = []
  for (let first = 1; ; first += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, index) => first + index)
    const some = await Promise.all(numbers.map((number) => runWithFault(start, number, error)))
    endings.push(...some.filter(({ call }) => call !== ''))
    if (some.some(({ call }) => call === '')) return endings
  }
}

const STARTS = USERS.flatMap((user) => [
  { user, isExpected: false, name: user.name },
  { user, isExpected: true, name: `${user.name} that is expected` },
])
const CASES = STARTS.flatMap((start) => ALL_ERRORS.map((error) => ({ ...start, error })))

function isTolerated(call: string, error: ErrorName, isExpected: boolean): boolean {
  // It is started when the request is there, and then it succeeds.
  if (call === 'clone' && isExpected) return true
  return TOLERATED[call]?.errors.includes(error) === true
}

describe.skipIf(reasonToSkipNative())('a native launch in which one system call fails', () => {
  test.each(STARTS)('without any fault the command is confined, as $name', async (start) => {
    const ending = await runWithFault(start, 1_000_000, 'EPERM')
    expect(ending).toEqual({ call: '', exitCode: 0, outcome: 'confined' })
  })

  test.each(CASES)(
    'with $error does not start, or is as confined as ever, as $name',
    async ({ error, ...start }) => {
      const endings = await runAll(start, error)
      expect(endings.length).toBeGreaterThan(200)
      const wrong = endings.filter(({ call, outcome, exitCode }) => {
        if (outcome === 'not started') return exitCode !== 125 && exitCode !== 126 // of exec
        return outcome !== 'confined' || !isTolerated(call, error, start.isExpected)
      })
      expect(wrong).toEqual([])
      expect(endings.filter(({ outcome }) => outcome === 'not started').length).toBeGreaterThan(100)
      expect(pidsWith(workshop.directory)).toEqual([])
      expect(readdirSync(place('write'))).toEqual([])
    },
    180_000,
  )
})
