import { arch } from 'node:process'
import { afterAll, describe, expect, test } from 'vitest'
import { openWorkshop, reasonToSkip, USERS } from './host.js'
import { bwrapArgv, run } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

/** Numbers of mkdirat(2). Source: asm/unistd.h of each architecture. */
const MKDIRAT = arch === 'arm64' ? 34 : 258
/** mkdir(2) is one of the old calls that aarch64 has not. */
const MKDIR = arch === 'arm64' ? MKDIRAT : 83

/** A program that answers mkdir(2) with EPERM and allows the rest. */
function filterWithoutMkdir(): Uint8Array {
  const instructions = [
    [0x20, 0, 0, 0], // load the number of the call
    [0x15, 2, 0, MKDIR],
    [0x15, 1, 0, MKDIRAT],
    [0x06, 0, 0, 0x7fff_0000], // allow
    [0x06, 0, 0, 0x0005_0001], // EPERM
  ] as const
  const bytes = new Uint8Array(instructions.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [index, [code, ifTrue, ifFalse, value]] of instructions.entries()) {
    view.setUint16(index * 8, code, true)
    view.setUint8(index * 8 + 2, ifTrue)
    view.setUint8(index * 8 + 3, ifFalse)
    view.setUint32(index * 8 + 4, value, true)
  }
  return bytes
}

describe.skipIf(reasonToSkip()).each(USERS)('what holds around the command, as $name', (user) => {
  const host = { program: workshop.program, user }
  const directory = `${workshop.directory}/${user.uid ?? 'self'}`

  async function statusFields(names: readonly string[], parts: Parameters<typeof run>[2] = {}) {
    const { stdout } = await run(host, ['cat', '/proc/self/status'], parts)
    const fields = new Map(
      stdout
        .toString()
        .split('\n')
        .map((line) => line.split(':\t') as [string, string]),
    )
    return Object.fromEntries(names.map((name) => [name, fields.get(name)]))
  }

  test('no capability, no way to gain one', async () => {
    const none = '0000000000000000'
    expect(await statusFields(['CapInh', 'CapPrm', 'CapEff', 'CapAmb', 'NoNewPrivs'])).toEqual({
      CapInh: none,
      CapPrm: none,
      CapEff: none,
      CapAmb: none,
      NoNewPrivs: '1',
    })
  })

  test('a filter is loaded and holds; without it the same call works', async () => {
    const filter = filterWithoutMkdir()
    expect(await statusFields(['Seccomp'], { enter: { filter } })).toEqual({ Seccomp: '2' })
    expect(await statusFields(['Seccomp'])).toEqual({ Seccomp: '0' })
    const denied = await run(host, ['mkdir', directory], { enter: { filter } })
    expect(denied.stderr.toString()).toContain('Operation not permitted')
    expect(await run(host, ['mkdir', directory])).toMatchObject({ exitCode: 0 })
  })

  test('limits hold', async () => {
    const limits = [
      { resource: 'nofile', soft: 20, hard: 30 },
      { resource: 'core', soft: 0, hard: 0 },
    ] as const
    const { stdout } = await run(host, ['sh', '-c', 'ulimit -n; ulimit -Hn; ulimit -c'], {
      enter: { limits },
    })
    expect(stdout.toString()).toBe('20\n30\n0\n')
  })

  test('a limit of one open file is no hindrance to pid 1', async () => {
    const limits = [{ resource: 'nofile', soft: 1, hard: 1 }] as const
    // Everything but the shell itself would fail, and the shell needs its libraries.
    expect(await run(host, ['/bin/true'], { enter: { limits } })).toMatchObject({
      exitCode: 127,
      reports: [{ kind: 'started' }, { kind: 'ended', exitCode: 127 }],
    })
  })

  test('a limit that cannot be raised is told', async () => {
    const limits = [{ resource: 'nofile', soft: 'unlimited', hard: 'unlimited' }] as const
    expect((await run(host, ['true'], { enter: { limits } })).reports).toEqual([
      { kind: 'failed', attempt: 'first', step: 'limits', errno: 1 },
    ])
  })

  test('the environment is the one of the request', async () => {
    const env = { PATH: '/usr/bin:/bin', EMPTY: '', 'A.b': 'ä\n' }
    const { stdout } = await run(host, ['env', '-0'], { enter: { env } })
    expect(stdout.toString().split('\0').toSorted()).toEqual(['', 'A.b=ä\n', 'EMPTY=', 'PATH=/usr/bin:/bin'])
  })

  test('the command leads a process group of its own in the session of pid 1', async () => {
    const { stdout } = await run(host, ['cat', '/proc/self/stat'])
    expect(stdout.toString().split(' ').slice(0, 6)).toEqual(['2', '(cat)', 'R', '1', '2', '1'])
  })

  test('capabilities that are left are refused', async () => {
    const refused = await run(host, ['true'], { launcherArgv: bwrapArgv(['--cap-add', 'ALL']) })
    const step = { kind: 'failed', attempt: 'first', step: 'capabilities', errno: 1 }
    expect(refused).toMatchObject({ exitCode: 125, reports: [step] })
    const one = await run(host, ['true'], {
      launcherArgv: bwrapArgv(['--cap-drop', 'ALL', '--cap-add', 'CAP_NET_RAW']),
    })
    expect(one).toMatchObject({ exitCode: 125, reports: [step] })
  })

  test('a launcher that keeps pid 1 for itself is refused', async () => {
    const launcherArgv = bwrapArgv().filter((word) => word !== '--as-pid-1')
    const { exitCode, reports } = await run(host, ['true'], { launcherArgv })
    expect({ exitCode, reports }).toEqual({
      exitCode: 125,
      reports: [{ kind: 'failed', attempt: 'first', step: 'entered', errno: 1 }],
    })
  })

  test('a filter that kills pid 1 itself is told, and the fallback not used', async () => {
    const filter = Uint8Array.of(6, 0, 0, 0, 0, 0, 0, 0x80) // kill the process
    const { exitCode, reports } = await run(host, ['true'], { enter: { filter }, fallbackArgv: bwrapArgv() })
    expect(exitCode).toBe(125)
    expect(reports).toMatchObject([{ kind: 'failed', attempt: 'first', step: 'entered', errno: 0 }])
  })
})
