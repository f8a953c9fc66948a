import { mkdirSync, chmodSync, writeFileSync } from 'node:fs'
import { readOnly, workspaceWrite } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  LAUNCHERS,
  launcherWords,
  makeDirectory,
  ORDINARY_USER,
  runProgram,
  stagedCall,
  withLibrary,
} from '../../support/index.ts'

describeForUsers('the working directory of a command', [], (user) => {
  test('is a path, a relative path or a URL, and else that of the caller', async () => {
    const directory = makeDirectory(user)
    mkdirSync(`${directory}/a b`)
    const seen = await withLibrary(
      user,
      { profile: readOnly(), directory },
      async ({ lib }, { profile, directory: top }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const pwd = async (cwd?: string | URL): Promise<string> =>
          (await sandbox.run('pwd', [], cwd === undefined ? {} : { cwd })).stdout.trim()
        return [
          await pwd(),
          await pwd(`${top}/a b`),
          await pwd('a b'),
          await pwd('./a b/../a b/'),
          await pwd(new URL(`file://${top}/a%20b`)),
          await pwd('/'),
        ]
      },
      { cwd: directory },
    )
    const inner = `${directory}/a b`
    expect(seen).toEqual([directory, inner, inner, inner, inner, '/'])
  })

  test.each([
    { why: 'is missing', prepare: (_path: string) => undefined, errno: 2, word: 'ENOENT' },
    { why: 'is a file', prepare: (path: string) => writeFileSync(path, ''), errno: 20, word: 'ENOTDIR' },
  ])('is refused when it $why', async ({ prepare, errno, word }) => {
    const directory = makeDirectory(user)
    const cwd = `${directory}/there`
    prepare(cwd)
    const errors = await withLibrary(
      user,
      { confined: workspaceWrite({ root: directory }), cwd },
      async ({ lib, attempt, endOf }, { confined, cwd: there }) => {
        const sandbox = await lib.Sandbox.create({ profile: confined })
        const open = await lib.Sandbox.create({ profile: lib.dangerFullAccess() })
        return [
          (await attempt(() => sandbox.run('true', [], { cwd: there }))).error,
          (await endOf(sandbox.spawn('true', [], { cwd: there }))).error,
          (await attempt(() => open.run('true', [], { cwd: there }))).error,
        ]
      },
    )
    for (const error of errors) {
      expect(error).toMatchObject({
        isSandboxError: true,
        name: 'SandboxSetupError',
        code: 'SANDBOX_SETUP_FAILED',
        step: 'cwd',
        exitStatus: 125,
        errno,
      })
      expect(error?.message).toContain(cwd)
      expect(error?.message).toContain(word)
      expect(error?.hint).toContain('use a directory that exists')
    }
  })

  test.each(LAUNCHERS)('is refused by $name with 125 when it is missing', async (launcher) => {
    const directory = makeDirectory(user)
    const words =
      launcher.name === 'linux-sandbox'
        ? ['-C', `${directory}/none`]
        : [
            '--sandbox-policy-cwd',
            directory,
            '--command-cwd',
            `${directory}/none`,
            '--permission-profile',
            '{"type":"managed","file_system":{"type":"unrestricted"},"network":"restricted"}',
          ]
    const end = await runProgram(user, ...stagedCall(launcher.name, [...words, '--', 'true']))
    expect(end).toMatchObject({ exitCode: 125, signal: null, stdout: '' })
    expect(end.stderr).toMatch(/^linux-sandbox: .*\/none.*\nhint: .+\n$/)
  })

  test.each(LAUNCHERS)(
    'which the policy hides is refused by $name, not replaced by another',
    async (launcher) => {
      const directory = makeDirectory(user)
      if (launcher.name === 'linux-sandbox') return // its profiles read everything
      const profile = {
        type: 'managed',
        network: 'restricted',
        file_system: {
          type: 'restricted',
          entries: [
            { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
            { path: { type: 'path', path: directory }, access: 'deny' },
          ],
        },
      }
      const words = [
        '--sandbox-policy-cwd',
        '/',
        '--permission-profile',
        JSON.stringify(profile),
        '--command-cwd',
        directory,
        '--',
        'pwd',
      ]
      const end = await runProgram(user, ...stagedCall(launcher.name, words))
      expect(end).toMatchObject({ exitCode: 125, stdout: '' })
      expect(end.stderr).toMatch(/^linux-sandbox: .*cannot enter the working directory.*\nhint: .+\n$/)
      expect(await runProgram(user, 'pwd', [], { cwd: directory })).toMatchObject({ exitCode: 0 })
    },
  )
})

describeForUsers('a working directory that only another may enter', ['root'], (user) => {
  test('is refused to an ordinary user, and is root to root', async () => {
    const directory = makeDirectory(ORDINARY_USER)
    const closed = `${directory}/closed`
    mkdirSync(closed)
    chmodSync(closed, 0o700)
    const end = await withLibrary(
      user,
      { profile: readOnly(), cwd: closed },
      async ({ lib, attempt }, { profile, cwd }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        return await attempt(async () => (await sandbox.run('pwd', [], { cwd })).stdout)
      },
    )
    const twin = await runProgram(user, 'sh', ['-c', `cd ${closed} && pwd`])
    if (user.uid === 0) {
      expect(end).toEqual({ value: `${closed}\n` })
      expect(twin.exitCode).toBe(0)
    } else {
      expect(end.error).toMatchObject({ code: 'SANDBOX_SETUP_FAILED', step: 'cwd', errno: 13 })
      expect(twin.exitCode).not.toBe(0)
    }
  })

  test.each(LAUNCHERS)(
    'is no obstacle to $name started in it, when -C or --command-cwd names another',
    async (launcher) => {
      const directory = makeDirectory(user)
      const words = launcherWords(launcher, directory, ['pwd'])
      expect(await runProgram(user, ...words, { cwd: '/' })).toMatchObject({
        exitCode: 0,
        stdout: `${directory}\n`,
      })
    },
  )
})
