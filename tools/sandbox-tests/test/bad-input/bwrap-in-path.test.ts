import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { readOnly, workspaceWrite } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, runProgram, withLibrary } from '../../support/index.ts'
import { fakeBwrap } from '../launcher/fakes.ts'
import { directoryWithBwrap, expectRefusal, READ_ONLY_PROGRAMS } from './programs.ts'

describeForUsers('a bwrap', [], (user) => {
  test('that lacks options is too old, and named with the option', async () => {
    const directory = directoryWithBwrap(user, '#!/bin/sh\necho usage: bwrap --bind --ro-bind --proc\n')
    for (const {
      words: [program, ...args],
    } of READ_ONLY_PROGRAMS) {
      const end = await runProgram(user, program, [...args, 'true'], { env: { PATH: directory } })
      expectRefusal(end, 125, new RegExp(`${directory}/bwrap has no option --`))
      expect(end.stderr).toContain('install bubblewrap 0.5.0 or newer')
    }
    const { error } = await withLibrary(
      user,
      readOnly(),
      async ({ lib, attempt }, profile) =>
        attempt(() => lib.Sandbox.create({ profile, backend: 'bwrap' }).then(() => null)),
      { env: { PATH: directory } },
    )
    expect(error).toMatchObject({
      isSandboxError: true,
      name: 'BwrapTooOldError',
      code: 'BWRAP_TOO_OLD',
      exitStatus: 125,
    })
  })

  test('that is missing, a directory or not executable is not found; the next one is', async () => {
    const directory = makeDirectory(user)
    mkdirSync(`${directory}/a/bwrap`, { recursive: true })
    const plain = directoryWithBwrap(user, fakeBwrap('exit 9'))
    chmodSync(`${plain}/bwrap`, 0o644)
    mkdirSync(`${directory}/b`)
    symlinkSync('/nowhere/bwrap', `${directory}/b/bwrap`)
    const bad = [`${directory}/a`, plain, `${directory}/b`, `${directory}/none`, '', '.'].join(':')
    for (const {
      words: [program, ...args],
    } of READ_ONLY_PROGRAMS) {
      const [command, rest] = [program, [...args, 'echo', 'ran']] as const
      expectRefusal(
        await runProgram(user, command, rest, { env: { PATH: bad } }),
        125,
        new RegExp(
          `bwrap is unavailable: ${directory}/a/bwrap is no file, ${plain}/bwrap is not executable, `,
        ),
      )
      const good = await runProgram(user, command, rest, { env: { PATH: `${bad}:/usr/bin:/bin` } })
      expect(good).toEqual({ exitCode: 0, signal: null, stdout: 'ran\n', stderr: '' })
    }
    for (const env of [{}, { PATH: '' }]) {
      const { error } = await withLibrary(
        user,
        readOnly(),
        async ({ lib, attempt }, profile) =>
          attempt(() => lib.Sandbox.create({ profile, backend: 'bwrap' }).then(() => null)),
        { env },
      )
      expect(error).toMatchObject({
        isSandboxError: true,
        name: 'BwrapMissingError',
        code: 'BWRAP_MISSING',
        exitStatus: 125,
      })
      expect(error?.hint).toContain('bubblewrap')
    }
  })

  test('in a relative part of PATH is never used', async () => {
    const directory = directoryWithBwrap(user, fakeBwrap('echo used >&2; exit 1'))
    for (const path of ['bin', './bin', '.:bin', '']) {
      for (const {
        words: [program, ...args],
      } of READ_ONLY_PROGRAMS) {
        const options = { env: { PATH: `${path}:/usr/bin:/bin` }, cwd: `${directory}/..` }
        expect(await runProgram(user, program, [...args, 'true'], options)).toMatchObject({
          exitCode: 0,
          stderr: '',
        })
      }
    }
  })

  test.each([
    { why: 'in what the command may write', link: false, cwd: '/' },
    { why: 'behind a link into what the command may write', link: true, cwd: '/' },
  ])('$why is skipped, and named when there is no other', async ({ link, cwd }) => {
    const directory = directoryWithBwrap(user, fakeBwrap('echo used >&2; exit 1'))
    const elsewhere = makeDirectory(user)
    if (link) symlinkSync(`${directory}/bwrap`, `${elsewhere}/bwrap`)
    const path = link ? elsewhere : directory
    const profile = workspaceWrite({ root: directory, excludeSlashTmp: true, excludeTmpdir: true })
    const run = async (PATH: string) =>
      withLibrary(
        user,
        profile,
        async ({ lib, attempt }, input) =>
          attempt(async () => {
            const sandbox = await lib.Sandbox.create({ profile: input, backend: 'bwrap' })
            return (await sandbox.run('echo', ['ran'])).stdout
          }),
        { env: { PATH }, cwd },
      )
    expect(await run(`${path}:/usr/bin:/bin`)).toEqual({ value: 'ran\n' })
    const { error } = await run(path)
    expect(error).toMatchObject({ code: 'BWRAP_MISSING' })
    expect(error?.message).toContain(`${directory}/bwrap`)
  })

  test('below the working directory of the caller is skipped', async () => {
    const directory = directoryWithBwrap(user, fakeBwrap('echo used >&2; exit 1'))
    for (const {
      words: [program, ...args],
    } of READ_ONLY_PROGRAMS) {
      const env = { PATH: `${directory}:/usr/bin:/bin` }
      const inside = await runProgram(user, program, [...args, 'true'], { env, cwd: `${directory}/..` })
      expect(inside).toMatchObject({ exitCode: 0, stderr: '' })
      expect(await runProgram(user, program, [...args, 'true'], { env })).toMatchObject({
        exitCode: 125,
        stderr: expect.stringContaining('used') as string,
      })
    }
  })
})
