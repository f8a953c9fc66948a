import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, runProgram, withLibrary } from '../../support/index.ts'
import { expectRefusal, READ_ONLY_PROGRAMS } from './programs.ts'

const PROFILE = readOnly()

/** What cannot be passed to any program; the document of the error is the request. */
const UNPASSABLE: readonly { why: string; words: readonly unknown[]; message: RegExp }[] = [
  { why: 'a NUL in the command', words: ['ec\0ho'], message: /argv\[0\]: has a NUL character/ },
  { why: 'a NUL in an argument', words: ['echo', ['a', 'b\0c']], message: /argv\[2\]: has a NUL character/ },
  {
    why: 'a NUL in the environment',
    words: ['echo', [], { env: { A: 'b\0c' } }],
    message: /env\.A: has a NUL character/,
  },
  {
    why: 'a NUL in the name of a variable',
    words: ['echo', [], { env: { 'A\0': 'b' } }],
    message: /has a NUL character/,
  },
  {
    why: 'an equals sign in the name of a variable',
    words: ['echo', [], { env: { 'A=B': 'c' } }],
    message: /has = in its name|with = in its name/,
  },
  { why: 'a variable without a name', words: ['echo', [], { env: { '': 'c' } }], message: /empty name/ },
  {
    why: 'a NUL in the directory',
    words: ['echo', [], { cwd: '/a\0b' }],
    message: /cwd: has a NUL character/,
  },
  { why: 'half a character', words: ['echo', ['\uD800']], message: /half of a surrogate pair/ },
]

describeForUsers('the library', [], (user) => {
  test('refuses what cannot be passed to a program, with its place', async () => {
    const errors = await withLibrary(
      user,
      { profile: PROFILE, rows: UNPASSABLE },
      async ({ lib, attempt }, { profile, rows }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        return await Promise.all(
          rows.map(({ words }) =>
            attempt(() => (sandbox.run as (...all: unknown[]) => Promise<unknown>)(...words)),
          ),
        )
      },
    )
    for (const [index, { error }] of errors.entries()) {
      const { why, message } = UNPASSABLE[index]!
      expect(error, why).toMatchObject({
        isSandboxError: true,
        name: 'PolicyInvalidError',
        code: 'POLICY_INVALID',
        exitStatus: 2,
      })
      expect(error?.message, why).toMatch(message)
      expect(error?.issues, why).toHaveLength(1)
    }
  })
})

describeForUsers('a command without a name', [], (user) => {
  test('is not found, confined or not', async () => {
    const errors = await withLibrary(user, { profile: PROFILE }, async ({ lib, attempt }, { profile }) => {
      const profiles = [profile, lib.dangerFullAccess()]
      return await Promise.all(
        profiles.map(async (one) => {
          const sandbox = await lib.Sandbox.create({ profile: one })
          return await attempt(() => sandbox.run('', []))
        }),
      )
    })
    for (const { error } of errors) {
      expect(error).toMatchObject({ code: 'COMMAND_NOT_FOUND', exitStatus: 127, errno: 2 })
      expect(error?.message).toBe('"" was not found')
    }
  })
})

describeForUsers('a command line that is too long', [], (user) => {
  const KIB = 1024

  test.each([
    { why: 'one argument of 200 KiB', argCount: 1, argSize: 200 * KIB, envCount: 0 },
    { why: 'three megabytes of arguments', argCount: 30, argSize: 100 * KIB, envCount: 0 },
    { why: 'three megabytes of environment', argCount: 0, argSize: 0, envCount: 30 },
    { why: 'three hundred thousand arguments', argCount: 300_000, argSize: 1, envCount: 0 },
  ])(
    '($why) is a clear error, as long as it fits into a request',
    async ({ argCount, argSize, envCount }) => {
      const outcomes = await withLibrary(
        user,
        { profile: PROFILE, argCount, argSize, envCount },
        async ({ lib, attempt, describeError }, input) => {
          const sandbox = await lib.Sandbox.create({ profile: input.profile })
          const open = await lib.Sandbox.create({ profile: lib.dangerFullAccess() })
          const args = Array.from({ length: input.argCount }, () => 'x'.repeat(input.argSize))
          const env = Object.fromEntries(
            Array.from({ length: input.envCount }, (_, index) => [`V${index}`, 'x'.repeat(100 * 1024)]),
          )
          const errors = []
          for (const one of [sandbox, open]) {
            try {
              await one.run('/bin/true', args, { env })
              errors.push(null)
            } catch (error) {
              errors.push(describeError(error))
            }
          }
          return {
            errors,
            small: await attempt(
              async () =>
                (
                  await sandbox.run(
                    '/bin/true',
                    args.slice(0, 10).map((word) => word.slice(0, 1000)),
                  )
                ).exitCode,
            ),
          }
        },
      )
      expect(outcomes.small).toEqual({ value: 0 })
      for (const error of outcomes.errors) {
        expect(error).toMatchObject({
          isSandboxError: true,
          name: 'CommandNotStartedError',
          code: 'COMMAND_NOT_EXECUTABLE',
          exitStatus: 126,
          errno: 7,
        })
        expect(error?.message).toBe('"/bin/true" could not be executed (E2BIG)')
        expect(error?.hint).toMatch(/^shorten the arguments or the environment/)
      }
    },
  )

  test('is refused before anything starts when it exceeds a request', async () => {
    const { error } = await withLibrary(user, PROFILE, async ({ lib, attempt }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const args = Array.from({ length: 170 }, () => 'x'.repeat(100 * 1024))
      return await attempt(() => sandbox.run('/bin/true', args))
    })
    expect(error).toMatchObject({ isSandboxError: true, name: 'PolicyInvalidError', exitStatus: 2 })
    expect(error?.message).toMatch(/takes \d+ bytes, and 16777216 is the most/)
  })

  test.each(READ_ONLY_PROGRAMS)(
    'but that the kernel gave to $name passes',
    async ({ words: [program, ...args] }) => {
      const long = Array.from({ length: 12 }, (_, index) => String(index % 10).repeat(100_000))
      const end = await runProgram(user, program, [
        ...args,
        'sh',
        '-c',
        'echo $# ${#1} ${#12}',
        'sh',
        ...long,
      ])
      expect(end).toEqual({ exitCode: 0, signal: null, stdout: '12 100000 100000\n', stderr: '' })
    },
  )

  test.each(READ_ONLY_PROGRAMS)(
    'by a shell behind $name is the error of that shell',
    async ({ words: [program, ...args] }) => {
      const script = 'x=$(head -c 200000 /dev/zero | tr "\\0" x); exec /bin/true "$x"'
      expect(await runProgram(user, program, [...args, 'bash', '--norc', '-c', script])).toMatchObject({
        exitCode: 126,
        stdout: '',
      })
      expectRefusal(await runProgram(user, program, [...args, './nothing-here']), 127, /was not found/)
    },
  )
})
