import { readdirSync, readlinkSync } from 'node:fs'
import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  descendantsOf,
  describeForUsers,
  hasFeature,
  ROOT,
  runProgram,
  runSandboxed,
  stagedNode,
  stagedProgram,
  stagedWords,
  startProgram,
  until,
} from '../../support/index.ts'
import { READ_ONLY } from '../bad-input/programs.ts'
import { withMounts } from '../doctor/hosts.ts'
import { inside, makeTree } from '../policy/policies.ts'

const HELPER = [
  ...stagedWords('codex-linux-sandbox'),
  '--backend',
  'native',
  ...['--sandbox-policy-cwd', '/', '--permission-profile', JSON.stringify(READ_ONLY), '--'],
] as const

describeForUsers('the native launcher', ['nativeLaunch'], (user) => {
  test('makes the sandbox with one process for it, which is the first of the namespace', async () => {
    const run = startProgram(user, HELPER[0], [...HELPER.slice(1), 'sh', '-c', 'echo ready; exec cat'])
    await run.wrote('ready')
    const below = () =>
      descendantsOf(run.pid).map(({ commandLine }) => commandLine.split(' ')[0]?.split('/').pop())
    // The shell becomes `cat` a moment after it has written.
    await until(() => below().includes('cat'))
    expect(below()).toEqual(['linux-sandbox-native', 'linux-sandbox-native', 'cat'])
  })

  test.skipIf(!hasFeature('root'))('leaves nothing open that leads to the root of the host', async () => {
    const run = startProgram(user, HELPER[0], [...HELPER.slice(1), 'sh', '-c', 'echo ready; exec cat'])
    await run.wrote('ready')
    const [, first] = descendantsOf(run.pid)
    const entry = `/proc/${first?.pid}`
    const open = readdirSync(`${entry}/fd`).map((fd) => readlinkSync(`${entry}/fd/${fd}`))
    expect(open.filter((target) => target.startsWith('/') && target !== '/dev/null')).toEqual([])
    expect([readlinkSync(`${entry}/root`), readlinkSync(`${entry}/cwd`)]).toEqual(['/', '/'])
    expect(readlinkSync(`${entry}/ns/mnt`)).not.toBe(readlinkSync('/proc/self/ns/mnt'))
  })

  test.skipIf(!hasFeature('root')).each([
    { masked: 'mount -t tmpfs none /proc/tty', proc: 'host' },
    { masked: 'mount -t tmpfs none /dev/shm', proc: 'fresh' },
  ])('has a $proc /proc where root did $masked', async ({ masked, proc }) => {
    const script = `
      const { readOnly, Sandbox } = await import(process.argv[1])
      const sandbox = await Sandbox.create({ profile: readOnly(), backend: 'native' })
      const { exitCode, enforced } = await sandbox.run('test', ['-e', '/proc/self/stat'])
      console.log(JSON.stringify([exitCode, enforced.filesystem, enforced.proc]))`
    const library = stagedProgram('linux-sandbox').replace(
      /@linux-sandbox\/.*/,
      'linux-sandbox/dist/index.js',
    )
    const [program = '', ...words] = withMounts(user, masked)
    const node = [stagedNode(), '--input-type=module', '-e', script, library]
    const { stdout } = await runProgram(ROOT, program, [...words, ...node])
    expect(JSON.parse(stdout)).toEqual([0, 'native', proc])
  })

  test('hides 10,000 files', { timeout: 120_000 }, async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `f${index}`)
    const directory = makeTree(user, [...names, 'open'])
    const grants = {
      ':root': 'read',
      ...Object.fromEntries(names.map((name) => [`${directory}/${name}`, 'deny' as const])),
    } as const
    const script = 'cat $1/f0\ncat $1/f9999\ncat $1/open'
    const denied = 'Permission denied'
    expect(await inside(user, { grants, script, directory })).toEqual([denied, denied, 'ok'])
  })

  test('gives a command no other name and no other first process than bwrap does', async () => {
    const look = [
      'sh',
      '-c',
      'cat /proc/1/comm; ls /proc | grep -c "^[0-9]"; cat /proc/self/cgroup; hostname',
    ] as const
    const [byBwrap, byNative] = [
      await runSandboxed(user, { sandbox: { profile: readOnly(), backend: 'bwrap' }, command: look }),
      await runSandboxed(user, { sandbox: { profile: readOnly(), backend: 'native' }, command: look }),
    ]
    expect(byNative.stdout).toBe(byBwrap.stdout)
  })
  test('tells a command nothing of the host by the arguments of its first process', async () => {
    const { stdout } = await runSandboxed(user, {
      sandbox: { profile: readOnly(), backend: 'native' },
      command: ['cat', '/proc/1/cmdline'],
    })
    expect(stdout.split('\0').filter((word) => word !== '')).toEqual(['linux-sandbox-native', 'enter'])
  })
})
