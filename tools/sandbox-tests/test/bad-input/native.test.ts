import { chmodSync, copyFileSync, writeFileSync } from 'node:fs'
import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, runProgram, withLibrary } from '../../support/index.ts'
import { expectRefusal, READ_ONLY_PROGRAMS } from './programs.ts'

const WRONG: readonly { why: string; prepare: (path: string) => string; message: RegExp }[] = [
  {
    why: 'names no file',
    prepare: (path) => path,
    message: /LINUX_SANDBOX_NATIVE is ".*", which does not exist/,
  },
  { why: 'is a relative path', prepare: () => 'bin/native', message: /which is not an absolute path/ },
  { why: 'names a directory', prepare: () => '/usr', message: /which is not a file/ },
  {
    why: 'names a file that is not executable',
    prepare: (path) => {
      writeFileSync(path, 'text', { mode: 0o644 })
      return path
    },
    message: /which cannot be executed/,
  },
  {
    why: 'names a program that does nothing',
    prepare: () => '/bin/true',
    message: /\/bin\/true ended with status 0 without a report/,
  },
  {
    why: 'names a program that fails',
    prepare: () => '/bin/false',
    message: /\/bin\/false ended with status 1 without a report/,
  },
  {
    why: 'names a program that says 42',
    prepare: (path) => {
      writeFileSync(path, '#!/bin/sh\nexit 42\n')
      chmodSync(path, 0o755)
      return path
    },
    message: /ended with status 42 without a report/,
  },
]

describeForUsers('a LINUX_SANDBOX_NATIVE', [], (user) => {
  test.each(WRONG)(
    'that $why is refused, and its status never taken for that of the command',
    async ({ prepare, message }) => {
      const value = prepare(`${makeDirectory(user)}/native`)
      const env = { PATH: '/usr/bin:/bin', LINUX_SANDBOX_NATIVE: value }
      for (const {
        words: [program, ...args],
      } of READ_ONLY_PROGRAMS) {
        expectRefusal(await runProgram(user, program, [...args, 'echo', 'ran'], { env }), 125, message)
      }
      const { error } = await withLibrary(
        user,
        readOnly(),
        async ({ lib, attempt }, profile) =>
          attempt(async () => {
            const sandbox = await lib.Sandbox.create({ profile })
            return await sandbox.run('echo', ['ran'])
          }),
        { env },
      )
      expect(error).toMatchObject({
        isSandboxError: true,
        name: 'NativeMissingError',
        code: 'NATIVE_MISSING',
        exitStatus: 125,
      })
      expect(error?.message).toMatch(message)
    },
  )

  test('that is right is used, and an empty one is none', async () => {
    const directory = makeDirectory(user)
    const used = await withLibrary(
      user,
      { profile: readOnly(), directory },
      async ({ lib, endOf, fs }, { profile }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const child = sandbox.spawn('cat')
        const program = fs.readlinkSync(`/proc/${child.pid}/exe`)
        child.stdin?.end()
        await endOf(child)
        return program
      },
      { env: { PATH: '/usr/bin:/bin', LINUX_SANDBOX_NATIVE: '' } },
    )
    expect(used).toMatch(/linux-sandbox-native$/)
    copyFileSync(used, `${directory}/native`)
    chmodSync(`${directory}/native`, 0o755)
    const env = { PATH: '/usr/bin:/bin', LINUX_SANDBOX_NATIVE: `${directory}/native` }
    for (const {
      words: [program, ...args],
    } of READ_ONLY_PROGRAMS) {
      const end = await runProgram(user, program, [...args, 'echo', 'ran'], { env })
      expect(end).toEqual({ exitCode: 0, signal: null, stdout: 'ran\n', stderr: '' })
    }
  })

  test('that is gone when a command is to be started is told as a typed error', async () => {
    const directory = makeDirectory(user)
    copyFileSync('/bin/true', `${directory}/native`)
    chmodSync(`${directory}/native`, 0o755)
    const errors = await withLibrary(
      user,
      { profile: readOnly(), native: `${directory}/native` },
      async ({ lib, attempt, endOf, fs }, { profile, native }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        fs.rmSync(native)
        return [(await attempt(() => sandbox.run('true'))).error, (await endOf(sandbox.spawn('true'))).error]
      },
      { env: { PATH: '/usr/bin:/bin', LINUX_SANDBOX_NATIVE: `${directory}/native` } },
    )
    for (const error of errors)
      expect(error).toMatchObject({ isSandboxError: true, code: 'NATIVE_MISSING', exitStatus: 125 })
  })
})

describeForUsers('an operating system that is not Linux', [], (user) => {
  test.each(['darwin', 'win32', 'freebsd'])(
    '(%s) lets the library be imported, and Sandbox.create refuses',
    async (platform) => {
      const seen = await withLibrary(
        user,
        null,
        async ({ lib, attempt }) => {
          const profile = lib.workspaceWrite({ root: '/work' })
          const denied = await attempt(() => lib.Sandbox.create({ profile }).then(() => null))
          const open = await attempt(() =>
            lib.Sandbox.create({ profile: lib.dangerFullAccess() }).then(() => null),
          )
          return { type: profile.type, errors: [denied.error, open.error] }
        },
        { platform },
      )
      expect(seen.type).toBe('managed')
      for (const error of seen.errors) {
        expect(error).toMatchObject({
          isSandboxError: true,
          name: 'PlatformUnsupportedError',
          code: 'PLATFORM_UNSUPPORTED',
          exitStatus: 125,
        })
        expect(error?.message).toContain(platform)
        expect(error?.hint).toBeTruthy()
      }
    },
  )
})
