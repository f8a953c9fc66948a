import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import type { Duplex } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ReportReader, type Report, type SuperviseRequest } from '../../src/index.js'
import { openWorkshop, reasonToSkip, USERS } from './host.js'
import { bwrapArgv, requestFor } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

/** Since Linux 5.1, 5.3 and 5.9; the same numbers on every architecture. Source: asm-generic/unistd.h. */
const YOUNG_CALLS = { pidfd_send_signal: 424, pidfd_open: 434, close_range: 436 }

/** Without renameat2 it is as on a file system that cannot rename without replacing. Source: asm/unistd.h of both architectures. */
const PLACEHOLDER_CALLS = { openat2: 437, renameat2: process.arch === 'arm64' ? 276 : 316 }

/** A program under which these calls do not exist: ENOSYS. */
function filterWithout(calls: Readonly<Record<string, number>>): Uint8Array {
  const numbers = Object.values(calls)
  const instructions = [
    [0x20, 0, 0, 0], // load the number of the call
    ...numbers.map((number, index) => [0x15, numbers.length - index, 0, number]),
    [0x06, 0, 0, 0x7fff_0000], // allow
    [0x06, 0, 0, 0x0005_0026], // ENOSYS
  ]
  const bytes = Buffer.alloc(instructions.length * 8)
  for (const [index, [code, ifTrue, ifFalse, value]] of instructions.entries()) {
    bytes.writeUInt16LE(code!, index * 8)
    bytes.writeUInt8(ifTrue!, index * 8 + 2)
    bytes.writeUInt8(ifFalse!, index * 8 + 3)
    bytes.writeUInt32LE(value!, index * 8 + 4)
  }
  return bytes
}

const ENOTDIR = 20
const ELOOP = 40

/** Not root, which without capabilities may not map itself into a nested user namespace. */
const { uid } = USERS.at(-1)!

type NestedParts = Pick<SuperviseRequest, 'registry' | 'placeholders' | 'mounts'> & {
  /** Options of the inner bwrap. */
  readonly options?: readonly string[]
}

/** A sandbox in a sandbox: the outer one only takes the calls away. A nested /proc cannot be mounted. */
function startNested(
  script: string,
  calls: Readonly<Record<string, number>> = YOUNG_CALLS,
  { options = [], ...parts }: NestedParts = {},
) {
  const inner = requestFor(['sh', '-c', script], {
    launcherArgv: bwrapArgv([...options, '--cap-drop', 'ALL']).flatMap((word, at, all) => {
      const isProc = word === '--proc' || all[at - 1] === '--proc'
      return isProc ? [] : word === '--dev' ? ['--bind', '/proc', '/proc', word] : [word]
    }),
    ...parts,
  })
  const outer = requestFor([workshop.program, 'supervise', '3', '3', '1'], {
    enter: { filter: filterWithout(calls), env: {} },
  })
  const child = spawn(workshop.program, ['supervise', '4', '4', String(process.pid)], {
    env: {},
    ...(uid === undefined ? {} : { uid, gid: uid }),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  })
  const [, stdout, stderr, innerControl, outerControl] = child.stdio as unknown as Duplex[]
  const reader = new ReportReader()
  const reports: Report[] = []
  innerControl!.on('data', (chunk: Buffer) => reports.push(...reader.push(chunk)))
  innerControl!.write(inner)
  outerControl!.resume().write(outer)
  return { child, stdout: stdout!, stderr: stderr!, reports }
}

describe.skipIf(reasonToSkip())('on a kernel without close_range and pidfd', () => {
  test('descriptors are closed all the same, and the status comes through', async () => {
    const list =
      'i=0; while [ $i -lt 300 ]; do [ -e /dev/fd/$i ] && l="$l $i"; i=$((i+1)); done; echo $l; exit 3'
    const { child, stdout, stderr } = startNested(list)
    const exit = new Promise((resolve) => child.once('exit', resolve))
    expect([await buffer(stdout), await buffer(stderr)].map(String)).toEqual(['0 1 2\n', ''])
    expect(await exit).toBe(3)
  })

  test('signals are passed on all the same', async () => {
    const { child, stdout } = startNested("trap 'exit 8' TERM; echo ready; while :; do sleep 0.02; done")
    await new Promise((resolve) => stdout.once('data', resolve))
    child.kill('SIGTERM')
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(8)
  })
})

describe.skipIf(reasonToSkip())('where nothing can be renamed without replacing', () => {
  test.each([
    { why: 'with renameat2 and openat2', calls: {} },
    { why: 'without them', calls: PLACEHOLDER_CALLS },
  ])('placeholders come and go $why, and what is there stays', async ({ calls }) => {
    const room = mkdtempSync(join(workshop.directory, 'room-'))
    chmodSync(room, 0o777)
    const [git, file, own] = ['.git', '.git/commondir', 'own'].map((name) => join(room, name)) as [
      string,
      string,
      string,
    ]
    writeFileSync(own, 'text')
    const list = `ls -A ${room}; cat ${file} ${own}`
    const { child, stdout, stderr } = startNested(list, calls, {
      registry: join(workshop.directory, `registry-${uid}`),
      placeholders: [{ path: git }, { path: file, content: '.\n' }, { path: own, content: '' }],
    })
    const exit = new Promise((resolve) => child.once('exit', resolve))
    expect([await buffer(stdout), await buffer(stderr)].map(String)).toEqual(['.git\nown\n.\ntext', ''])
    expect(await exit).toBe(0)
    expect(readdirSync(room)).toEqual(['own'])
    expect(readFileSync(own, 'utf8')).toBe('text')
  })
})

describe.skipIf(reasonToSkip())('on a kernel without openat2', () => {
  test.each([
    { why: 'it is what was expected', target: 'a' },
    { why: 'it lies below what was expected', target: 'a/b' },
    { why: 'it is a file', target: 'a/file' },
    { why: 'a link leads to it', target: 'link', errno: ELOOP },
    { why: 'a link above leads to it', target: 'link/b', errno: ENOTDIR },
    { why: 'a link leads to it in a directory', target: 'a/to-file', errno: ELOOP },
  ])('what is mounted is verified all the same: $why', async ({ target: name, errno }) => {
    const room = mkdtempSync(join(workshop.directory, 'room-'))
    mkdirSync(join(room, 'a/b'), { recursive: true })
    writeFileSync(join(room, 'a/file'), '')
    symlinkSync('file', join(room, 'a/to-file'))
    symlinkSync('a', join(room, 'link'))
    chmodSync(room, 0o755)
    const target = join(room, name)
    const { child, stdout, reports } = startNested('echo started', PLACEHOLDER_CALLS, {
      options: ['--ro-bind', target, target],
      mounts: [{ expectation: 'bound-read-only', target, source: target }],
    })
    const exit = new Promise((resolve) => child.once('close', resolve))
    expect(String(await buffer(stdout))).toBe(errno === undefined ? 'started\n' : '')
    expect(await exit).toBe(errno === undefined ? 0 : 125)
    const failed = { kind: 'failed', attempt: 'first', step: 'mounts', path: target, errno }
    expect(reports).toMatchObject(errno === undefined ? [{ kind: 'started' }, { kind: 'ended' }] : [failed])
  })
})
