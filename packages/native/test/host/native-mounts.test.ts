import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { LaunchOperation } from '../../src/index.js'
import { BWRAP, openWorkshop, reasonToSkip, USERS, type User } from './host.js'
import { NATIVE, run, withParts, type Outcome } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

const place = (name: string): string => join(workshop.directory, name)

for (const name of ['work', 'work/inner', 'other', 'other/inner']) {
  mkdirSync(place(name))
  chmodSync(place(name), 0o777)
}
for (const name of ['work/file', 'other/file']) {
  writeFileSync(place(name), `${name}\n`)
  chmodSync(place(name), 0o666)
}
symlinkSync('other', place('link'))

const WORK = place('work')
const OTHER = place('other')

const READ: LaunchOperation = { type: 'root', access: 'read', devices: false }
const WRITE: LaunchOperation = { type: 'root', access: 'write', devices: false }
const EMPTY: LaunchOperation = { type: 'mask-directory', target: '/', traversable: true }
const DEV: LaunchOperation = { type: 'dev' }
const PROC: LaunchOperation = { type: 'proc' }

/** What a shell needs in an empty root. */
const SYSTEM: readonly LaunchOperation[] = [
  { type: 'bind', source: '/usr', target: '/usr', access: 'read' },
  { type: 'symlink', target: '/bin', to: 'usr/bin' },
  { type: 'symlink', target: '/lib', to: 'usr/lib' },
  { type: 'symlink', target: '/lib64', to: 'usr/lib64' },
]

const bindOf = (target: string, access: 'read' | 'write', source = target): LaunchOperation => ({
  type: 'bind',
  source,
  target,
  access,
})

const runNative = (user: User, operations: readonly LaunchOperation[], script: string): Promise<Outcome> =>
  run({ program: workshop.program, user }, ['sh', '-c', script], withParts(NATIVE, { operations }))

/** What the script prints to both streams, and its status. */
async function shell(user: User, operations: readonly LaunchOperation[], script: string) {
  const { stdout, exitCode, reports } = await runNative(user, operations, `{ ${script}; } 2>&1`)
  expect(reports[0]).toMatchObject({ kind: 'started' })
  return { output: stdout.toString().trim(), exitCode }
}

const failure = (path: string, errno: number) => ({
  exitCode: 125,
  reports: [{ kind: 'failed', attempt: 'first', step: 'mounts', path, errno }],
})

const [ENOENT, EACCES, ENOTDIR, EINVAL, EROFS, ELOOP] = [2, 13, 20, 22, 30, 40] as const

describe.each(USERS)('what is mounted, as $name', (user) => {
  test.each([
    { base: READ, where: 'a root that is read-only', file: `${WORK}/new`, isAllowed: false },
    { base: WRITE, where: 'a writable root', file: `${WORK}/new`, isAllowed: true },
    { base: bindOf(WORK, 'read'), where: 'what is bound read-only', file: `${WORK}/new`, isAllowed: false },
    { base: bindOf(WORK, 'write'), where: 'what is bound', file: `${WORK}/new`, isAllowed: true },
    { base: bindOf(WORK, 'write'), where: 'what lies beside it', file: `${OTHER}/new`, isAllowed: false },
    { base: bindOf(WORK, 'write', OTHER), where: 'another source', file: `${WORK}/new`, isAllowed: true },
    {
      base: bindOf(`${WORK}/file`, 'read'),
      where: 'a file bound read-only',
      file: `${WORK}/file`,
      isAllowed: false,
    },
    { base: bindOf(`${WORK}/file`, 'write'), where: 'a bound file', file: `${WORK}/file`, isAllowed: true },
  ])('writing to $where', async ({ base, file, isAllowed }) => {
    const operations = base.type === 'root' ? [base] : [READ, base]
    const { output, exitCode } = await shell(
      user,
      operations,
      `true >>${file} && ls ${OTHER} && rm -f ${WORK}/new`,
    )
    expect({ output, exitCode }).toMatchObject(
      isAllowed
        ? { exitCode: 0 }
        : { exitCode: 2, output: expect.stringContaining('Read-only file system') as string },
    )
  })

  test('a mask hides a file and a directory, and nothing beside them', async () => {
    const masks: LaunchOperation[] = [
      { type: 'mask-file', target: `${WORK}/file` },
      { type: 'mask-directory', target: `${OTHER}/inner`, traversable: false },
      { type: 'remount-read-only', target: `${OTHER}/inner` },
      { type: 'mask-directory', target: `${WORK}/inner`, traversable: true },
      { type: 'directory', target: `${WORK}/inner/way`, mode: 0o111 },
      bindOf(`${WORK}/inner/way/file`, 'read', `${OTHER}/file`),
      { type: 'remount-read-only', target: `${WORK}/inner` },
    ]
    const script = `cat ${OTHER}/file ${WORK}/inner/way/file; for f in ${WORK}/file; do cat $f; true >$f; rm $f; done
      ls ${OTHER}/inner ${WORK}/inner; true >${OTHER}/inner/new; true >${WORK}/inner/new; rmdir ${OTHER}/inner; cat ${WORK}/file/x`
    const { output } = await shell(user, [WRITE, ...masks], script)
    const lines = output.split('\n').map((line) => line.replace(/^(sh: \d+|\w+): /, ''))
    expect(lines).toEqual([
      'other/file',
      'other/file',
      `${WORK}/file: Permission denied`,
      `cannot create ${WORK}/file: Permission denied`,
      `cannot remove '${WORK}/file': Device or resource busy`,
      `cannot open directory '${OTHER}/inner': Permission denied`,
      `cannot open directory '${WORK}/inner': Permission denied`,
      `cannot create ${OTHER}/inner/new: Permission denied`,
      `cannot create ${WORK}/inner/new: Read-only file system`,
      `failed to remove '${OTHER}/inner': Device or resource busy`,
      `${WORK}/file/x: Not a directory`,
    ])
    const open = await shell(user, [WRITE], `cat ${WORK}/file; ls ${OTHER}/inner`)
    expect(open).toEqual({ output: 'work/file', exitCode: 0 })
  })

  test('a directory in memory is empty, and written only until it becomes read-only', async () => {
    const memory: LaunchOperation = { type: 'tmpfs', target: WORK, mode: 0o1777 }
    const script = `stat -c %a ${WORK}; ls ${WORK}; echo new >${WORK}/file; cat ${WORK}/file`
    const { output } = await shell(user, [READ, memory], script)
    expect(output).toBe('1777\nnew')
    const frozen = await shell(user, [READ, memory, { type: 'remount-read-only', target: WORK }], script)
    expect(frozen.output).toMatch(
      /^1777\nsh: 1: cannot create .*: Read-only file system\ncat: .*No such file/,
    )
  })

  test('a root in memory has what was put there', async () => {
    const operations = [
      EMPTY,
      ...SYSTEM,
      DEV,
      PROC,
      bindOf('/deep/way/file', 'read', `${OTHER}/file`),
      { type: 'directory', target: '/given', mode: 0o700 },
      { type: 'remount-read-only', target: '/' },
    ] satisfies LaunchOperation[]
    const script = `cat /deep/way/file; stat -c '%A %n' / /given /deep /bin; cat ${WORK}/file; mkdir /new`
    const { output } = await shell(user, operations, script)
    expect(output.split('\n')).toEqual([
      'other/file',
      'd--x--x--x /',
      'drwx------ /given',
      'drwx------ /deep',
      'lrwxrwxrwx /bin',
      expect.stringContaining('No such file or directory'),
      expect.stringContaining('Read-only file system'),
    ])
  })

  test('devices can be used where they are granted', async () => {
    const device: LaunchOperation = { type: 'device', source: '/dev/zero', target: '/dev/given' }
    const bound = bindOf('/dev/bound', 'write', '/dev/zero')
    const script = 'head -c 3 /dev/given | od -An -tx1; head -c 3 /dev/zero | od -An -tx1; cat /dev/bound'
    const { output } = await shell(user, [READ, DEV, device, bound], script)
    expect(output.split('\n')).toEqual([
      ' 00 00 00'.trim(),
      ' 00 00 00',
      'cat: /dev/bound: Permission denied',
    ])
    const whole = await shell(
      user,
      [{ ...WRITE, devices: true } as LaunchOperation],
      'head -c 1 /dev/zero | od -An -tx1',
    )
    expect(whole.output).toBe('00')
    const none = await shell(user, [WRITE], 'head -c 1 /dev/zero')
    expect(none.output).toContain('Permission denied')
  })

  test('a fresh /proc shows the processes of the sandbox only', async () => {
    const { output } = await shell(user, [READ, PROC], "ls /proc | grep -c '^[0-9]'; readlink /proc/self")
    expect(output).toMatch(/^[34]\n\d$/)
    const host = await shell(user, [READ], "ls /proc | grep -c '^[0-9]'")
    expect(Number(host.output)).toBeGreaterThan(4)
  })

  test('10,000 files are masked, with few descriptors', async () => {
    const crowd = place(`crowd-${user.uid}`)
    mkdirSync(crowd)
    const targets = Array.from({ length: 10_000 }, (_, index) => join(crowd, String(index)))
    for (const target of targets) writeFileSync(target, 'x')
    const masks = targets.map((target): LaunchOperation => ({ type: 'mask-file', target }))
    const { output } = await shell(
      user,
      [READ, ...masks],
      `cat ${crowd}/* 2>&1 | grep -c 'Permission denied'`,
    )
    expect(output).toBe('10000')
  }, 60_000)
})

describe.each(USERS)('what is refused, as $name', (user) => {
  test.each([
    { why: 'a link as source', one: bindOf(WORK, 'read', place('link')), errno: ELOOP },
    { why: 'a link on the way to a source', one: bindOf(WORK, 'read', place('link/inner')), errno: ELOOP },
    { why: 'a link as target', one: bindOf(place('link'), 'read', WORK), errno: ELOOP },
    { why: 'a link on the way to a target', one: bindOf(place('link/inner'), 'read', WORK), errno: ELOOP },
    { why: 'a mask on a link', one: { type: 'mask-file', target: place('link') }, errno: ELOOP },
    {
      why: 'a mask behind a link',
      one: { type: 'mask-directory', target: place('link/inner'), traversable: false },
      errno: ELOOP,
    },
    {
      why: 'memory behind a link',
      one: { type: 'tmpfs', target: place('link/inner'), mode: 0o755 },
      errno: ELOOP,
    },
    {
      why: 'a directory behind a link',
      one: { type: 'directory', target: place('link/new'), mode: 0o755 },
      errno: ELOOP,
    },
    {
      why: 'a mount behind a link',
      one: { type: 'remount-read-only', target: place('link/inner') },
      errno: ELOOP,
    },
    { why: 'a missing source', one: bindOf(WORK, 'read', place('missing')), errno: ENOENT },
    { why: 'a missing target', one: bindOf(place('missing'), 'read', WORK), errno: EROFS },
    { why: 'a mask for what is missing', one: { type: 'mask-file', target: place('missing') }, errno: EROFS },
    {
      why: 'a missing directory',
      one: { type: 'directory', target: place('missing/new'), mode: 0o755 },
      errno: EROFS,
    },
    { why: 'a link on the host', one: { type: 'symlink', target: place('new'), to: 'x' }, errno: EROFS },
    { why: 'a mask of a file for a directory', one: { type: 'mask-file', target: WORK }, errno: EINVAL },
    {
      why: 'a mask of a directory for a file',
      one: { type: 'mask-directory', target: place('work/file'), traversable: false },
      errno: ENOTDIR,
    },
    { why: 'a file for a directory', one: bindOf(WORK, 'read', place('work/file')), errno: EINVAL },
    { why: 'what is no mount', one: { type: 'remount-read-only', target: WORK }, errno: EINVAL },
  ] satisfies { why: string; one: LaunchOperation; errno: number }[])('$why', async ({ one, errno }) => {
    const path = 'target' in one ? one.target : ''
    const outcome = await runNative(user, [WRITE, one], 'echo started')
    expect(outcome).toMatchObject(failure(path, errno))
    expect(outcome.stdout.toString()).toBe('')
    expect(spawnSync('ls', [workshop.directory], { encoding: 'utf8' }).stdout).not.toMatch(/missing|new/)
  })

  test('a source that the user cannot reach', async () => {
    if (user.uid === undefined) return
    const closed = place(`closed-${user.uid}`)
    mkdirSync(join(closed, 'inner'), { recursive: true })
    chmodSync(closed, 0o700)
    const outcome = await runNative(user, [READ, bindOf(WORK, 'read', join(closed, 'inner'))], 'true')
    expect(outcome).toMatchObject(failure(WORK, EACCES))
  })

  test('without a fresh /proc the fallback is launched, and only then', async () => {
    const fallbackOperations: LaunchOperation[] = [READ, { type: 'tmpfs', target: WORK, mode: 0o755 }]
    const host = { program: workshop.program, user }
    const script = ['sh', '-c', `ls ${WORK}; readlink /proc/self`]
    const denied = withParts(NATIVE, {
      namespaces: ['network'], // and not of the PID namespace: so it may not have a /proc
      operations: [READ, PROC],
      enter: { lifetime: 'subreaper' },
    })
    const alone = await run(host, script, denied)
    expect(alone).toMatchObject(failure('/proc', 1))
    const second = await run(host, script, { ...denied, fallbackOperations })
    expect(second).toMatchObject({
      exitCode: 0,
      reports: [{ kind: 'started', attempt: 'fallback' }, { kind: 'ended' }],
    })
    const operations: LaunchOperation[] = [READ, { type: 'mask-file', target: place('missing') }]
    const other = await run(host, script, { ...denied, operations, fallbackOperations })
    expect(other).toMatchObject(failure(place('missing'), EROFS))
  })
})

/**
 * Root, mount point, options and type of each mount that is not hidden by a later one at the same point: bwrap leaves that as it was.
 */
function mountsOf(output: string): string[] {
  const lines = output.split('\n').filter((line) => line.includes(' - '))
  const byPoint = new Map(
    lines.map((line) => {
      const [own = '', system = ''] = line.split(' - ')
      const [, , , root, point, options] = own.split(' ')
      return [point, `${root} ${point} ${options} ${system.split(' ')[0]}`] as const
    }),
  )
  return [...byPoint.values()]
}

/** Mode, owner, numbers of a device and name of what was listed, without times. */
const entriesOf = (output: string): string[] =>
  output
    .split('\n')
    .filter((line) => !line.includes(' - '))
    .map((line) => line.replace(/ [A-Z][a-z]{2} [ \d]\d [\d: ]{5} /, ' '))

const words = (operation: LaunchOperation): string[] => {
  switch (operation.type) {
    case 'root':
      return [
        operation.access === 'read' ? '--ro-bind' : operation.devices ? '--dev-bind' : '--bind',
        '/',
        '/',
      ]
    case 'dev':
    case 'proc':
      return [`--${operation.type}`, `/${operation.type}`]
    case 'bind':
      return [operation.access === 'read' ? '--ro-bind' : '--bind', operation.source, operation.target]
    case 'device':
      return ['--dev-bind', operation.source, operation.target]
    case 'mask-file':
      return ['--ro-bind', '/dev/null', operation.target]
    case 'mask-directory':
      return ['--perms', operation.traversable ? '0111' : '0000', '--tmpfs', operation.target]
    case 'directory':
      return ['--perms', operation.mode.toString(8).padStart(4, '0'), '--dir', operation.target]
    case 'tmpfs':
      return ['--perms', operation.mode.toString(8).padStart(4, '0'), '--tmpfs', operation.target]
    case 'symlink':
      return ['--symlink', operation.to, operation.target]
    case 'remount-read-only':
      return ['--remount-ro', operation.target]
  }
}

describe.skipIf(reasonToSkip()).each(USERS)('the same as of bwrap, as $name', (user) => {
  test.each([
    { what: 'a writable root', operations: [WRITE, DEV, PROC] },
    { what: 'a root with devices', operations: [{ ...WRITE, devices: true } as LaunchOperation, PROC] },
    {
      what: 'a root that is read-only',
      operations: [
        READ,
        DEV,
        { type: 'tmpfs', target: '/dev/shm', mode: 0o1777 },
        { type: 'device', source: '/dev/zero', target: '/dev/more' },
        { type: 'remount-read-only', target: '/dev' },
        PROC,
        bindOf(WORK, 'write'),
        { type: 'mask-file', target: `${WORK}/file` },
        { type: 'mask-directory', target: `${WORK}/inner`, traversable: false },
        { type: 'remount-read-only', target: `${WORK}/inner` },
      ],
    },
    {
      what: 'an empty root',
      operations: [
        EMPTY,
        DEV,
        PROC,
        ...SYSTEM,
        { type: 'directory', target: '/a', mode: 0o111 },
        bindOf('/a/b/c', 'write', WORK),
        { type: 'tmpfs', target: '/t/u', mode: 0o750 },
        { type: 'mask-file', target: '/a/hidden' },
        { type: 'remount-read-only', target: '/' },
      ],
    },
  ] satisfies { what: string; operations: LaunchOperation[] }[])('$what', async ({ operations }) => {
    // The owner of a directory of terminals depends on how bwrap made it.
    const listed = '/ /dev /dev/[!p]* /dev/pts/* /dev/ptmx /proc/sys /a /a/* /a/b/* /t /t/*'
    const script = `cat /proc/self/mountinfo; ls -lnd ${listed}; true`
    const { stdout } = await runNative(user, operations, script)
    const uid = user.uid === undefined ? {} : { uid: user.uid, gid: user.uid }
    const namespaces = ['--unshare-all', '--cap-drop', 'ALL']
    const args = [...namespaces, ...operations.flatMap(words), 'sh', '-c', script]
    const other = spawnSync(BWRAP, args, { env: { PATH: '/usr/bin:/bin' }, encoding: 'utf8', ...uid })
    expect(other.status).toBe(0)
    const text = stdout.toString()
    expect(mountsOf(text).length).toBeGreaterThan(3)
    expect(mountsOf(text)).toEqual(mountsOf(other.stdout))
    expect(entriesOf(text).length).toBeGreaterThan(3)
    expect(entriesOf(text)).toEqual(entriesOf(other.stdout))
  })

  test('a terminal can be made', async () => {
    const script = 'exec script -qec "tty; test -t 0 && echo terminal" /dev/null'
    const { output, exitCode } = await shell(user, [READ, DEV, PROC], script)
    expect({ output, exitCode }).toEqual({ output: '/dev/pts/0\r\nterminal', exitCode: 0 })
  })
})
