import { dangerFullAccess, readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, TEST_BACKEND, withLibrary } from '../../support/index.ts'
import { runOurs } from '../bad-input/programs.ts'

const OPEN = dangerFullAccess()
const CONFINED = readOnly()

describeForUsers('a profile that restricts nothing', [], (user) => {
  test('runs the command without a sandbox and without bwrap', async () => {
    const directory = makeDirectory(user)
    const seen = await withLibrary(
      user,
      { OPEN, directory },
      async ({ lib, fs }, { OPEN: profile, directory: target }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const result = await sandbox.run(
          '/bin/sh',
          ['-c', `/usr/bin/readlink /proc/self/ns/mnt; echo x >${target}/written; /bin/cat; exit 5`],
          { input: 'in' },
        )
        return {
          ...result,
          own: fs.readlinkSync('/proc/self/ns/mnt'),
          written: fs.existsSync(`${target}/written`),
        }
      },
      { env: { PATH: '/nowhere' } },
    )
    expect(seen).toMatchObject({
      exitCode: 5,
      signal: null,
      stdout: `${seen.own}\nin`,
      written: true,
      violations: [],
    })
    expect(seen.enforced).toEqual({
      filesystem: 'none',
      network: 'host',
      seccomp: false,
      proc: 'host',
      notes: [],
    })
  })

  test.each([
    { why: 'a command that is not there', command: 'no-such-program', status: 127 },
    { why: 'a path that is not there', command: '/nowhere/x', status: 127 },
    { why: 'a file that is no program', command: '/etc/passwd', status: 126 },
    { why: 'a directory', command: '/usr', status: 126 },
  ])('gives the errors of a sandbox for $why', async ({ command, status }) => {
    const errors = await withLibrary(
      user,
      { profiles: [OPEN, CONFINED], command },
      async ({ lib, attempt, endOf }, { profiles, command: word }) => {
        const seen = []
        for (const profile of profiles) {
          const sandbox = await lib.Sandbox.create({ profile })
          seen.push((await attempt(() => sandbox.run(word))).error, (await endOf(sandbox.spawn(word))).error)
        }
        return seen
      },
    )
    expect(errors[0]).toMatchObject({
      isSandboxError: true,
      name: 'CommandNotStartedError',
      exitStatus: status,
      command,
    })
    for (const error of errors) expect(error).toEqual(errors[0])
  })

  test('takes the same options as a sandbox', async () => {
    const results = await withLibrary(user, [OPEN, CONFINED], async ({ lib }, profiles) => {
      const seen = []
      for (const profile of profiles) {
        const sandbox = await lib.Sandbox.create({ profile })
        const shell = await sandbox.run('echo "$A $0"; pwd', [], {
          shell: true,
          env: { A: 'b' },
          cwd: '/usr',
        })
        const late = await sandbox.run('sleep', ['1000'], { timeoutMs: 100, killSignal: 'SIGKILL' })
        const bytes = await sandbox.run('printf', ['\\377'], { encoding: 'buffer' })
        seen.push([
          shell.stdout,
          shell.exitCode,
          late.signal,
          late.timedOut,
          [...bytes.stdout],
          bytes.stderr.length,
        ])
      }
      return seen
    })
    expect(results[0]).toEqual(['b /bin/sh\n/usr\n', 0, 'SIGKILL', true, [255], 0])
    expect(results[1]).toEqual(results[0])
  })

  test('is reached by linux-sandbox -P :danger-full-access', async () => {
    const directory = makeDirectory(user)
    const end = await runOurs(user, 'linux-sandbox', [
      '-P',
      ':danger-full-access',
      'sh',
      '-c',
      `echo x >${directory}/f && cat ${directory}/f`,
    ])
    expect(end).toEqual({ exitCode: 0, signal: null, stdout: 'x\n', stderr: '' })
    const confined = await runOurs(user, 'linux-sandbox', [
      '-P',
      ':read-only',
      'sh',
      '-c',
      `echo x >${directory}/f`,
    ])
    expect(confined.exitCode).not.toBe(0)
  })

  test('is refused limits silently by none: with limits there is a sandbox', async () => {
    const { enforced } = await withLibrary(user, OPEN, async ({ lib }, profile) =>
      (await lib.Sandbox.create({ profile, limits: { openFiles: 64 } })).run('sh', [
        '-c',
        'test $(ulimit -n) = 64',
      ]),
    )
    expect(enforced.filesystem).toBe(TEST_BACKEND)
  })
})
