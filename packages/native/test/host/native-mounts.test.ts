import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { LaunchOperation } from '../../src/index.js'
import { reasonToSkipNative, USERS } from './host.js'
import { bindOf, DEV, EMPTY, openScene, PROC, READ, SYSTEM, WRITE } from './native-scene.js'

const { place, shell, remove } = openScene()
afterAll(remove)

const WORK = place('work')
const OTHER = place('other')

describe.skipIf(reasonToSkipNative()).each(USERS)('what is mounted, as $name', (user) => {
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
