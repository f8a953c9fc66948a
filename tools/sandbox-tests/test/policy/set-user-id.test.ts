import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { attemptInside, attemptOutside, type Attempt } from '../attacks/attempts.ts'
import { makeTree, profileOf } from './policies.ts'

/** Those without `at` are only there on the older architecture. */
const IS_X86 = process.arch === 'x64'

const CREATING = [
  'openat',
  'temporary-file',
  'mknodat',
  ...(IS_X86 ? (['open', 'creat', 'mknod'] as const) : []),
]

const CHANGING = ['fchmod', 'fchmodat', ...(IS_X86 ? (['chmod'] as const) : [])]

const MAKING_DIRECTORIES = ['mkdirat', ...(IS_X86 ? (['mkdir'] as const) : [])]

/** Source: inode(7), S_ISUID and S_ISGID. */
const SET_ID_BITS = 0o6000

function hasSetIdBit(path: string): boolean {
  return (statSync(path).mode & SET_ID_BITS) !== 0
}

describeForUsers('set-ID bits', ['cc', 'seccomp'], (user) => {
  test.each(CREATING)('no file is made with one by %s, as it is outside', async (call) => {
    const { directory, sandbox } = setting()
    const attempts = ['755', '4755', '2755', '6755'].map((mode) => make(call, join(directory, mode), mode))
    const inside = await attemptInside(user, attempts, { sandbox, cwd: directory })
    expect(inside).toEqual(['ok', 'EPERM', 'EPERM', 'EPERM'])
    expect(['4755', '2755', '6755'].filter((name) => existsSync(join(directory, name)))).toEqual([])
    const twins = ['4755', '2755'].map((mode) => make(call, join(directory, mode), mode))
    expect(await attemptOutside(user, twins)).toEqual(['ok', 'ok'])
    expect(['755', '4755', '2755'].map((name) => hasSetIdBit(join(directory, name)))).toEqual([
      false,
      true,
      true,
    ])
  })

  test.each(CHANGING)('no file becomes a set-user-ID one by %s, as it does outside', async (call) => {
    const { directory, sandbox } = setting()
    const file = join(directory, 'x')
    const attempts = ['4755', '6755', '755'].map((mode) => make(call, file, mode))
    expect(await attemptInside(user, attempts, { sandbox, cwd: directory })).toEqual(['EPERM', 'EPERM', 'ok'])
    expect(hasSetIdBit(file)).toBe(false)
    expect(await attemptOutside(user, [make(call, file, '4755')])).toEqual(['ok'])
    expect(hasSetIdBit(file)).toBe(true)
  })

  test('a newer call, where the kernel has it, changes no more than the older ones', async () => {
    const { directory, sandbox } = setting()
    const attempts = ['4755', '755'].map((mode) => make('fchmodat2', join(directory, 'x'), mode))
    const [twin] = await attemptOutside(user, [attempts[1]!])
    const inside = await attemptInside(user, attempts, { sandbox, cwd: directory })
    expect(inside).toEqual(['EPERM', twin])
  })

  test.each(MAKING_DIRECTORIES)('a directory made by %s has none, which the kernel sees to', async (call) => {
    const { directory, sandbox } = setting()
    const attempts = ['755', '6755'].map((mode) => make(call, join(directory, mode), mode))
    expect(await attemptInside(user, attempts, { sandbox, cwd: directory })).toEqual(['ok', 'ok'])
    expect(await attemptOutside(user, [make(call, join(directory, 'twin'), '6755')])).toEqual(['ok'])
    expect(['755', '6755', 'twin'].map((name) => hasSetIdBit(join(directory, name)))).toEqual([
      false,
      false,
      false,
    ])
  })

  test('a directory may be shared by its group, but not set-user-ID', async () => {
    const { directory, sandbox } = setting()
    const shared = join(directory, 'shared')
    const attempts = ['4775', '2775'].map((mode) => make('fchmodat', shared, mode))
    expect(await attemptInside(user, attempts, { sandbox, cwd: directory })).toEqual(['EPERM', 'ok'])
    expect(hasSetIdBit(shared)).toBe(true)
    expect(await attemptOutside(user, attempts)).toEqual(['ok', 'ok'])
  })

  test('the call whose mode no filter sees is not there, as it is outside', async () => {
    const { directory, sandbox } = setting()
    const attempt = make('openat2', join(directory, 'new'), '755')
    expect(await attemptInside(user, [attempt], { sandbox, cwd: directory })).toEqual(['ENOSYS'])
    expect(await attemptOutside(user, [attempt])).toEqual(['ok'])
  })

  function setting(): {
    readonly directory: string
    readonly sandbox: { profile: ReturnType<typeof profileOf> }
  } {
    const directory = makeTree(user, ['x', 'shared/'])
    return { directory, sandbox: { profile: profileOf({ ':root': 'read', [directory]: 'write' }) } }
  }
})

/** The probe's attempt to give a file a mode by one system call. */
function make(call: string, path: string, mode: string): Attempt {
  return [`mode-by-${call}`, path, mode]
}
