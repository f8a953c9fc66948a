import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { workspaceWrite } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  runSandboxed,
  runScenario,
  stagedNode,
  withLibrary,
} from '../../support/index.ts'
import { inside, makeTree, outside, profileOf } from './policies.ts'

const DENIED = 'Permission denied'
const READ_ONLY = 'Read-only file system'
const MISSING = 'No such file or directory'

/** A device that no minimal /dev has, if this host has one. */
const SPECIAL_DEVICE = ['/dev/fuse', '/dev/kmsg', '/dev/loop-control', '/dev/net/tun'].find((path) =>
  existsSync(path),
)

describeForUsers('the rules that other sandboxes get wrong', [], (user) => {
  test('a writable root that is a regular file can be written, and nothing beside it', async () => {
    const directory = makeTree(user, ['file', 'other'])
    const script = 'echo x >> $1/file\necho x >> $1/other\nrm $1/file'
    const grants = { ':root': 'read', [`${directory}/file`]: 'write' } as const
    expect(await inside(user, { grants, script, directory })).toEqual(['ok', READ_ONLY, READ_ONLY])
    expect(await outside(user, { script, directory })).toEqual(['ok', 'ok', 'ok'])
  })

  test('a nested writable root in a read-only parent is masked where the policy says so', async () => {
    const directory = makeTree(user, ['ro/rw/secret/x', 'ro/rw/open/x', 'ro/x'])
    const script = 'cat $1/ro/rw/secret/x\ncat $1/ro/rw/open/x\ntouch $1/ro/rw/new\ntouch $1/ro/new'
    const grants = {
      ':root': 'read',
      [directory]: 'write',
      [`${directory}/ro`]: 'read',
      [`${directory}/ro/rw`]: 'write',
      [`${directory}/ro/rw/secret`]: 'deny',
    } as const
    expect(await inside(user, { grants, script, directory })).toEqual([DENIED, 'ok', 'ok', READ_ONLY])
    rmSync(`${directory}/ro/rw/new`)
    expect(await outside(user, { script, directory })).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  test('a read-only child of a denied directory is reopened, and the way to it cannot be listed', async () => {
    const directory = makeTree(user, ['d/child/x', 'd/other'])
    const script = 'cat $1/d/child/x\nls $1/d\ncat $1/d/other\ntouch $1/d/child/new\ntouch $1/d/new'
    const grants = { ':root': 'read', [`${directory}/d`]: 'deny', [`${directory}/d/child`]: 'read' } as const
    expect(await inside(user, { grants, script, directory })).toEqual([
      'ok',
      DENIED,
      MISSING,
      READ_ONLY,
      READ_ONLY,
    ])
    expect(await outside(user, { script, directory })).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
  })

  test.each([
    { why: 'unset', tmpdir: undefined },
    { why: 'empty', tmpdir: '' },
    { why: 'relative', tmpdir: 'some/where' },
    { why: 'missing', tmpdir: '/nowhere/at/all' },
  ])('TMPDIR that is $why grants nothing, the run starts, and the result says so', async ({ tmpdir }) => {
    const directory = makeTree(user, ['x'])
    const seen = await withLibrary(
      user,
      { profile: workspaceWrite({ root: directory, excludeSlashTmp: true }), directory },
      async ({ lib }, { profile, directory: cwd }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const { exitCode, enforced } = await sandbox.run('touch', ['made'], { cwd })
        return { exitCode, notes: enforced.notes.map(({ kind }) => kind) }
      },
      { env: { PATH: '/usr/bin:/bin', ...(tmpdir === undefined ? {} : { TMPDIR: tmpdir }) } },
    )
    expect(seen.exitCode).toBe(0)
    expect(seen.notes).toContain(tmpdir?.startsWith('/') === true ? 'root-missing' : 'tmpdir-without-path')
  })

  test('stray writes into the base of a restricted read fail and are not lost', async () => {
    const directory = makeTree(user, ['granted/x', 'other'])
    const script = `
      cat $1/granted/x
      touch /stray
      touch /tmp/stray
      touch $1/stray
      touch $1/granted/new
      cat $1/other
      ls $1
      chmod 777 /
      touch /dev/stray`
    const grants = { ':minimal': 'read', [`${directory}/granted`]: 'write' } as const
    expect(await inside(user, { grants, script, directory })).toEqual([
      'ok',
      READ_ONLY,
      READ_ONLY,
      READ_ONLY,
      'ok',
      MISSING,
      DENIED,
      READ_ONLY,
      READ_ONLY,
    ])
    expect(existsSync(`${directory}/granted/new`)).toBe(true)
    rmSync(`${directory}/granted/new`)
    const twin = 'cat $1/granted/x\ntouch $1/stray\ncat $1/other\nls $1'
    expect(await outside(user, { script: twin, directory })).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  test.each(['fresh', 'host'] as const)('a restricted read starts with the %s /proc', async (proc) => {
    const directory = makeTree(user, ['granted'])
    const grants = { ':minimal': 'read', [`${directory}/granted`]: 'read' } as const
    const script = 'cat $1/granted\ntest -e /proc/self/stat\nls -d /dev/.linux-sandbox-enter'
    expect(await inside(user, { grants, script, directory, sandbox: { proc } })).toEqual(
      proc === 'fresh' ? ['ok', 'ok', MISSING] : ['ok', '', 'ok'],
    )
  })

  test('a policy that denies /proc starts', async () => {
    const directory = makeTree(user, ['x'])
    const script = 'cat $1/x\ntest -e /proc/self/stat\nls /proc'
    const grants = { ':root': 'read', '/proc': 'deny' } as const
    expect(await inside(user, { grants, script, directory })).toEqual(['ok', '', DENIED])
  })

  test('a working directory that the user cannot write is one to start in', async () => {
    const { exitCode, stdout } = await runSandboxed(user, {
      sandbox: { profile: profileOf({ ':root': 'read' }) },
      command: ['pwd'],
      run: { cwd: '/usr' },
    })
    expect([exitCode, stdout]).toEqual([0, '/usr\n'])
  })

  test('the directory of the native program may be denied', async () => {
    const stage = join(stagedNode(), '..')
    const { exitCode, stdout } = await runSandboxed(user, {
      sandbox: { profile: profileOf({ ':root': 'read', [stage]: 'deny' }) },
      command: ['/bin/sh', '-c', 'ls "$1" || echo hidden', 'sh', stage],
      run: { cwd: '/' },
    })
    expect([exitCode, stdout]).toEqual([0, 'hidden\n'])
  })

  test('300 masks hide 300 files, and more than bwrap takes are refused with their number where it has to be bwrap', async () => {
    const names = Array.from({ length: 300 }, (_, index) => `f${index}`)
    const directory = makeTree(user, [...names, 'open'])
    const denied = (count: number): Record<string, 'deny'> =>
      Object.fromEntries(names.slice(0, count).map((name) => [`${directory}/${name}`, 'deny']))
    const script = 'cat $1/f0\ncat $1/f299\ncat $1/open'
    const grants = { ':root': 'read', ...denied(300) } as const
    expect(await inside(user, { grants, script, directory })).toEqual([DENIED, DENIED, 'ok'])
    expect(await outside(user, { script, directory })).toEqual(['ok', 'ok', 'ok'])

    mkdirSync(`${directory}/many`)
    const many = Array.from({ length: 3000 }, (_, index) => `${directory}/many/${index}`)
    for (const name of many) writeFileSync(name, '')
    const profile = profileOf({
      ':root': 'read',
      ...Object.fromEntries(many.map((name) => [name, 'deny'])),
    })
    const { error } = await runScenario(user, { sandbox: { profile, backend: 'bwrap' }, command: ['true'] })
    expect(error?.code).toBe('POLICY_UNSUPPORTED')
    expect(error?.message).toMatch(/a policy that takes 300\d mounts.*90\d\d words/)
    expect(error?.hint).toMatch(/whole directories/)
    const hidden = await runSandboxed(user, {
      sandbox: { profile },
      command: ['/bin/sh', '-c', 'cat "$1"/many/* "$1/open"', 'sh', directory],
    })
    expect([hidden.enforced.filesystem, hidden.stdout]).toEqual(['native', 'open'])
    expect(hidden.stderr.match(/Permission denied/g)).toHaveLength(3000)
  })

  test.skipIf(SPECIAL_DEVICE === undefined)('a device is there only when it is asked for', async () => {
    const device = SPECIAL_DEVICE ?? ''
    const directory = makeDirectory(user)
    const script = `test -c ${device}`
    const grants = { ':root': 'read' } as const
    expect(await inside(user, { grants, script, directory })).toEqual([''])
    const sandbox = { devices: [device] }
    expect(await inside(user, { grants, script, directory, sandbox })).toEqual(['ok'])
  })

  test('a device that is not in /dev is refused by name', async () => {
    const { error } = await runScenario(user, {
      sandbox: { profile: profileOf({ ':root': 'read' }), devices: ['/etc/passwd'] },
      command: ['true'],
    })
    expect([error?.code, error?.message]).toEqual([
      'POLICY_UNSUPPORTED',
      expect.stringContaining('the device /etc/passwd'),
    ])
  })

  test('a private /tmp is empty, is lost, and still shows what the policy grants in it', async () => {
    const directory = makeTree(user, ['granted/x', 'other'])
    const script = 'touch /tmp/mine\ntest -e $1/other\ntouch $1/granted/new\ntest -e /tmp/mine'
    const grants = { ':root': 'read', [`${directory}/granted`]: 'write' } as const
    const sandbox = { privateTmp: true }
    // The directory of a test is in the temporary directory, which need not be /tmp.
    const other = directory.startsWith('/tmp/') ? '' : 'ok'
    expect(await inside(user, { grants, script, directory, sandbox })).toEqual(['ok', other, 'ok', 'ok'])
    expect(existsSync('/tmp/mine')).toBe(false)
    expect(existsSync(`${directory}/granted/new`)).toBe(true)
  })

  test('a directory that leads to something read-only cannot be moved aside', async () => {
    const directory = makeTree(user, ['a/b/config', 'c/x'])
    const script = 'mv $1/a $1/z\nmv $1/a/b $1/a/z\nmv $1/c $1/z\necho x >> $1/a/b/config'
    const grants = { ':root': 'read', [directory]: 'write', [`${directory}/a/b/config`]: 'read' } as const
    const busy = 'Device or resource busy'
    expect(await inside(user, { grants, script, directory })).toEqual([busy, busy, 'ok', READ_ONLY])
    expect(existsSync(`${directory}/a/b/config`)).toBe(true)
    const twin = 'mv $1/a/b $1/a/z\nmv $1/a $1/y'
    expect(await outside(user, { script: twin, directory })).toEqual(['ok', 'ok'])
  })

  test('a link that the command could replace is refused, wherever it leads', async () => {
    const directory = makeTree(user, ['w/x', 'target/x'])
    symlinkSync('../target', `${directory}/w/link`)
    chmodSync(directory, 0o755)
    const grants = { ':root': 'read', [`${directory}/w`]: 'write', [`${directory}/w/link`]: 'write' } as const
    const { error } = await runScenario(user, { sandbox: { profile: profileOf(grants) }, command: ['true'] })
    expect(error?.message).toContain(`the symbolic link ${directory}/w/link, which the command can replace`)
  })
})
