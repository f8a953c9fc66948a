import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { LandlockRuleset } from '../../src/index.js'
import { openWorkshop, reasonToSkip, USERS } from './host.js'
import {
  ABI_OF_NETWORK,
  ABI_OF_SCOPES,
  ACCESS,
  CONNECT_TCP,
  hasLandlock,
  landlockAbi,
  SCOPE_SIGNAL,
} from './landlock.js'
import { bwrapArgv, requestFor, run, start, WITHOUT_LAUNCHER, withParts } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

const EINVAL = 22
const ELOOP = 40

const WRITING = ACCESS.writeFile | ACCESS.makeReg
const NOTHING: LandlockRuleset = { handledAccessFs: 0n, handledAccessNet: 0n, scoped: 0n, rules: [] }
const writingBelow = (...paths: string[]): LandlockRuleset => ({
  ...NOTHING,
  handledAccessFs: WRITING,
  rules: paths.map((path) => ({ path, access: WRITING })),
})

/** Directories `in` and `out`, each with a `file`, and the link `link` to `in`: everybody's. */
function makeRoom() {
  const room = mkdtempSync(join(workshop.directory, 'room-'))
  for (const name of ['in', 'out']) {
    mkdirSync(join(room, name))
    writeFileSync(join(room, name, 'file'), 'text')
    chmodSync(join(room, name, 'file'), 0o666)
  }
  for (const name of ['', 'in', 'out']) chmodSync(join(room, name), 0o777)
  symlinkSync('in', join(room, 'link'))
  return room
}

const WRITE = [
  'for file in in/file in/new out/file out/new; do echo x 2>&- >$file && echo wrote $file; done 2>&-',
  'cat out/file',
].join('; ')

const LIVES = [
  { life: 'without a launcher', parts: WITHOUT_LAUNCHER },
  ...(reasonToSkip() === undefined ? [{ life: 'under bwrap', parts: {} }] : []),
]
const CASES = USERS.flatMap((user) => LIVES.map((life) => ({ ...life, user, name: user.name })))

describe.skipIf(!hasLandlock()).each(CASES)('Landlock $life, as $name', ({ user, parts }) => {
  const host = { program: workshop.program, user }

  function runIn(cwd: string, script: string, landlock?: LandlockRuleset) {
    const enter = { cwd, ...(landlock === undefined ? {} : { landlock }) }
    return run(host, ['bash', '-c', script], withParts(parts, { enter }))
  }

  test('writing is denied but below what a rule names, and reading is not', async () => {
    const room = makeRoom()
    const { stdout, exitCode } = await runIn(room, WRITE, writingBelow(join(room, 'in')))
    expect({ exitCode, said: stdout.toString() }).toEqual({
      exitCode: 0,
      said: 'wrote in/file\nwrote in/new\ntext',
    })
  })

  test('it is EACCES', async () => {
    const room = makeRoom()
    const { stderr } = await runIn(room, 'echo x >out/file', writingBelow(join(room, 'in')))
    expect(stderr.toString()).toContain('Permission denied')
  })

  test.each([
    { why: 'without it', landlock: undefined },
    { why: 'with a rule for /', landlock: writingBelow('/') },
  ])('nothing of this is denied $why', async ({ landlock }) => {
    const { stdout } = await runIn(makeRoom(), WRITE, landlock)
    expect(stdout.toString()).toBe('wrote in/file\nwrote in/new\nwrote out/file\nwrote out/new\nx\n')
  })

  test('a rule for a file holds for it alone', async () => {
    const room = makeRoom()
    const rules = [{ path: join(room, 'out/file'), access: ACCESS.writeFile }]
    const { stdout } = await runIn(room, WRITE, { ...writingBelow(), rules })
    expect(stdout.toString()).toBe('wrote out/file\nx\n')
  })

  test('hundreds of rules, under a limit of one open file', async () => {
    const room = makeRoom()
    const limits = [{ resource: 'nofile', soft: 1, hard: 1 }] as const
    const landlock = writingBelow(...Array.from({ length: 300 }, () => join(room, 'in')))
    const outcome = await run(host, ['/bin/true'], withParts(parts, { enter: { limits, landlock } }))
    // The command cannot open its libraries.
    expect(outcome.reports).toMatchObject([{ kind: 'started' }, { kind: 'ended', exitCode: 127 }])
  })

  test.each([
    { why: 'is a link', name: 'link', access: WRITING, errno: ELOOP },
    { why: 'leads through a link', name: 'link/file', access: WRITING, errno: ELOOP },
    { why: 'is a file and has a right of directories', name: 'out/file', access: WRITING, errno: EINVAL },
  ])('a rule whose path $why is told', async ({ name, access, errno }) => {
    const room = makeRoom()
    const path = join(room, name)
    const rules = [
      { path: join(room, 'in'), access },
      { path, access },
    ]
    const { reports, exitCode, stdout } = await runIn(room, 'echo ran', { ...writingBelow(), rules })
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
    expect(reports).toEqual([{ kind: 'failed', attempt: 'first', step: 'landlock', path, errno }])
  })

  test('a rule whose path is gone gives nothing, and the others hold', async () => {
    const room = makeRoom()
    const rules = ['gone', 'in'].map((name) => ({ path: join(room, name), access: WRITING }))
    const script = 'echo x >in/new && ! echo x >out/new && echo ran'
    const { reports, stdout } = await runIn(room, script, { ...writingBelow(), rules })
    expect(reports).toMatchObject([{ kind: 'started' }, { kind: 'ended', exitCode: 0 }])
    expect(stdout.toString()).toBe('ran\n')
  })

  test('a ruleset that the kernel does not know is told', async () => {
    const landlock = { ...NOTHING, handledAccessFs: 1n << 63n }
    expect((await runIn('/', 'echo ran', landlock)).reports).toEqual([
      { kind: 'failed', attempt: 'first', step: 'landlock', path: '', errno: EINVAL },
    ])
  })

  test('it holds for what the command starts, and no new privileges are gained', async () => {
    const room = makeRoom()
    const script = `setsid bash -c '(echo x >out/file) & wait'; grep NoNewPrivs /proc/self/status`
    const { stdout, stderr } = await runIn(room, script, writingBelow(join(room, 'in')))
    expect(stderr.toString()).toContain('Permission denied')
    expect(stdout.toString()).toBe('NoNewPrivs:\t1\n')
  })

  test('the network alone', async ({ skip }) => {
    if (landlockAbi() < ABI_OF_NETWORK) skip()
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const argv = ['bash', '-c', `: >/dev/tcp/127.0.0.1/${(server.address() as AddressInfo).port}`]
    const isNetOfHost = 'isDirect' in parts
    const shared = { launcherArgv: bwrapArgv().filter((word) => word !== '--unshare-net') }
    const base = withParts(parts, isNetOfHost ? {} : shared)
    const landlock = { ...NOTHING, handledAccessNet: CONNECT_TCP }
    const denied = await run(host, argv, withParts(base, { enter: { landlock } }))
    expect(denied).toMatchObject({ exitCode: 1 })
    expect(denied.stderr.toString()).toContain('Permission denied')
    expect(await run(host, argv, base)).toMatchObject({ exitCode: 0 })
    server.close()
  })
})

describe.skipIf(landlockAbi() < ABI_OF_SCOPES).each(USERS)('scopes alone, as $name', (user) => {
  const host = { program: workshop.program, user }

  test('the command cannot signal what is outside, but what it has started', async () => {
    const who = user.uid === undefined ? {} : { uid: user.uid, gid: user.uid }
    const outside = spawn('sleep', ['300'], { stdio: 'ignore', ...who })
    const argv = ['sh', '-c', `sleep 300 & kill $! && echo own; kill -0 ${outside.pid}`]
    const landlock = { ...NOTHING, scoped: SCOPE_SIGNAL }
    const denied = await run(host, argv, withParts(WITHOUT_LAUNCHER, { enter: { landlock } }))
    expect(denied).toMatchObject({ exitCode: 1 })
    expect(denied.stdout.toString()).toBe('own\n')
    expect(denied.stderr.toString()).toContain('not permitted')
    expect(await run(host, argv, WITHOUT_LAUNCHER)).toMatchObject({ exitCode: 0 })
    outside.kill()
  })

  test('signals to supervise reach the command all the same', async () => {
    const landlock = { ...NOTHING, scoped: SCOPE_SIGNAL }
    const argv = ['sh', '-c', `trap 'exit 7' TERM; echo ready; while :; do sleep 0.02; done`]
    const parts = withParts(WITHOUT_LAUNCHER, { enter: { landlock } })
    const started = start({ ...host, pieces: [requestFor(argv, parts)] })
    await started.said('ready')
    started.child.kill('SIGTERM')
    expect(await started.done).toMatchObject({ exitCode: 7 })
  })
})

test('landlock-abi tells the version', () => {
  const { stdout, status } = spawnSync(workshop.program, ['landlock-abi'], { encoding: 'utf8' })
  expect({ stdout, status }).toEqual({ stdout: expect.stringMatching(/^\d\d\n$/), status: 0 })
})
