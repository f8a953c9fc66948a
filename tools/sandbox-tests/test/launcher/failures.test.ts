import { chmodSync, copyFileSync, mkdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, runProgram, type TestUser } from '../../support/index.ts'
import { directoryWithBwrap, expectRefusal, READ_ONLY_PROGRAMS } from '../bad-input/programs.ts'
import { fakeBwrap, REAL_BWRAP } from './fakes.ts'

/** A bwrap that says this of itself and fails, and what people are told. */
const REFUSALS: readonly { said: string; hint: RegExp }[] = [
  {
    said: 'No permissions to creating new namespace, likely because the kernel does not allow non-privileged user namespaces',
    hint: /user namespaces/,
  },
  { said: 'No permissions to create a new namespace', hint: /user namespaces/ },
  { said: 'Creating new namespace failed: Operation not permitted', hint: /user namespaces/ },
  {
    said: 'Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)',
    hint: /user\.max_user_namespaces/,
  },
  { said: 'setting up uid map: Permission denied', hint: /AppArmor|user namespaces/ },
  { said: 'loopback: Failed RTM_NEWADDR: Operation not permitted', hint: /AppArmor|user namespaces/ },
  { said: 'loopback: Failed RTM_NEWLINK: Operation not permitted', hint: /AppArmor|user namespaces/ },
  { said: 'Unexpected capabilities but not setuid, old file caps config?', hint: /setpriv/ },
  { said: 'Failed to make / slave: Permission denied', hint: /something refuses mounts/ },
  { said: "Can't mount proc on /newroot/proc: Operation not permitted", hint: /\/proc are covered/ },
  { said: "Can't mount proc on /proc: Operation not permitted", hint: /\/proc are covered/ },
  { said: 'fchdir to oldroot: Permission denied', hint: /root of this host/ },
  { said: 'pivot_root: Invalid argument', hint: /root of this host/ },
]

const OLD = '#!/bin/sh\necho usage: bwrap'
const ALL_BUT_PERMS = '--as-pid-1 --cap-drop --die-with-parent --new-session --unshare-cgroup-try'

/** A directory of `PATH`, and what people are told about the bwrap in it. */
const UNUSABLE = [
  {
    why: 'missing',
    make: (user: TestUser) => makeDirectory(user),
    message: () =>
      /bwrap is unavailable: it is not in PATH, and the bundled \S+\/resources\/bwrap is missing$/,
    hint: /bubblewrap/,
  },
  {
    why: 'not executable',
    make(user: TestUser) {
      const directory = directoryWithBwrap(user, fakeBwrap('exit 9'))
      chmodSync(`${directory}/bwrap`, 0o644)
      return directory
    },
    message: (at: string) => new RegExp(`bwrap is unavailable: ${at}/bwrap is not executable, the bundled`),
    hint: /bubblewrap/,
  },
  {
    why: 'a directory',
    make(user: TestUser) {
      const directory = makeDirectory(user)
      mkdirSync(`${directory}/bwrap`)
      return directory
    },
    message: (at: string) => new RegExp(`bwrap is unavailable: ${at}/bwrap is no file, the bundled`),
    hint: /bubblewrap/,
  },
  {
    why: 'old',
    make: (user: TestUser) => directoryWithBwrap(user, `${OLD} --bind --proc\n`),
    message: (at: string) =>
      new RegExp(`${at}/bwrap has no option --as-pid-1, and no other can be used: the`),
    hint: /^hint: install bubblewrap 0\.5\.0 or newer$/,
  },
  {
    why: 'without --perms',
    make: (user: TestUser) => directoryWithBwrap(user, `${OLD} ${ALL_BUT_PERMS}\n`),
    message: (at: string) => new RegExp(`${at}/bwrap has no option --perms, and no other can be used: the`),
    hint: /^hint: install bubblewrap 0\.5\.0 or newer$/,
  },
] as const

function hintOf({ stderr }: { stderr: string }): string {
  return stderr.split('\n')[1] ?? ''
}

const ROWS = READ_ONLY_PROGRAMS.map(({ name, words: [program, ...args] }) => ({ name, program, args }))

describeForUsers('a bwrap that cannot be used', [], (user) => {
  test.each(ROWS.flatMap((row) => UNUSABLE.map((bwrap) => ({ ...row, ...bwrap }))))(
    'because it is $why is told by $name',
    async ({ program, args, make, message, hint }) => {
      const directory = make(user)
      const end = await runProgram(user, program, [...args, 'echo', 'ran'], { env: { PATH: directory } })
      expectRefusal(end, 125, message(directory))
      expect(hintOf(end)).toMatch(hint)
    },
  )

  test.each(ROWS.flatMap((row) => REFUSALS.map((refusal) => ({ ...row, ...refusal }))))(
    'because of "$said" is told by $name',
    async ({ program, args, said, hint }) => {
      const directory = directoryWithBwrap(user, fakeBwrap(`cat >&2 <<'END'\nbwrap: ${said}\nEND\nexit 1`))
      const env = { PATH: `${directory}:/usr/bin:/bin` }
      const end = await runProgram(user, program, [...args, 'echo', 'ran'], { env })
      expectRefusal(end, 125, /./)
      expect(end.stderr.split('\n')[0]).toBe(
        `linux-sandbox: the sandbox could not be set up (launcher): bwrap: ${said}`,
      )
      expect(hintOf(end)).toMatch(hint)
    },
  )

  test.each(ROWS)('because it may not be read is told by $name', async ({ program, args }) => {
    const directory = makeDirectory(user)
    copyFileSync(REAL_BWRAP, `${directory}/bwrap`)
    chmodSync(`${directory}/bwrap`, 0o711)
    const end = await runProgram(user, program, [...args, '/bin/echo', 'ran'], { env: { PATH: directory } })
    // root reads every file.
    if (user.name === 'root') expect(end).toMatchObject({ exitCode: 0, stdout: 'ran\n' })
    else expectRefusal(end, 125, new RegExp(`bwrap is unavailable: ${directory}/bwrap cannot be read, the`))
  })

  test.each(ROWS)('because it was killed is told by $name', async ({ program, args }) => {
    const directory = directoryWithBwrap(user, fakeBwrap('kill -KILL $$'))
    const end = await runProgram(user, program, [...args, 'true'], { env: { PATH: directory } })
    expectRefusal(end, 125, new RegExp(`${directory}/bwrap was ended by signal 9$`))
    expect(hintOf(end)).toMatch(/dmesg/)
  })

  // The twin of all the above: the same fake that passes everything on.
  test.each(ROWS)('and one that can be are told apart by $name', async ({ program, args }) => {
    const directory = directoryWithBwrap(user, fakeBwrap(`exec ${REAL_BWRAP} "$@"`))
    const end = await runProgram(user, program, [...args, '/bin/echo', 'ran'], { env: { PATH: directory } })
    expect(end).toEqual({ exitCode: 0, signal: null, stdout: 'ran\n', stderr: '' })
  })

  test.each(ROWS)('in a user namespace that allows no other is told by $name', async ({ program, args }) => {
    const line = 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"'
    const words = ['-Ur', 'sh', '-c', line, 'sh', program, ...args, 'echo', 'ran']
    const end = await runProgram(user, 'unshare', words)
    expectRefusal(end, 125, /Creating new namespace failed/)
    expect(hintOf(end)).toMatch(
      /^hint: the limit user\.max_user_namespaces is 0: sysctl -w user\.max_user_namespaces=15000; /,
    )
    const twin = words.map((word) => word.replace('echo 0', 'echo 10000'))
    expect(await runProgram(user, 'unshare', twin)).toMatchObject({ exitCode: 0, stdout: 'ran\n' })
  })
})
