import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, withLibrary } from '../../support/index.ts'

const PROFILE = readOnly()

const CREATE: readonly { why: string; options: unknown; message: RegExp }[] = [
  { why: 'no options', options: undefined, message: /options must be an object, not undefined/ },
  { why: 'null', options: null, message: /options must be an object, not null/ },
  {
    why: 'unknown options',
    options: { profile: PROFILE, foo: 1, network: 'enabled' },
    message:
      /unknown option foo, network; known are profile, policyCwd, tmpdir, gitWrites, protectedNames, proc, limits, nestedSandbox/,
  },
  {
    why: 'an unknown proc, which must not mean less protection',
    options: { profile: PROFILE, proc: 'none' },
    message: /option proc must be 'fresh' or 'host', not "none"/,
  },
  {
    why: 'a backend that there is none of, which must not mean another one',
    options: { profile: PROFILE, backend: 'Landlock' },
    message: /option backend must be 'auto' or 'bwrap' or 'native' or 'landlock' or 'inner', not "Landlock"/,
  },
  {
    why: 'an unknown PID namespace',
    options: { profile: PROFILE, pidNamespace: 'host' },
    message: /option pidNamespace must be 'private' or 'inherited', not "host"/,
  },
  {
    why: 'a fresh /proc of a PID namespace that there is not',
    options: { profile: PROFILE, pidNamespace: 'inherited', proc: 'fresh' },
    message: /option proc cannot be 'fresh' where pidNamespace is 'inherited'/,
  },
  {
    why: 'no time for the set-up',
    options: { profile: PROFILE, setupTimeoutMs: 0 },
    message: /option setupTimeoutMs must be a whole number of milliseconds from 1 to/,
  },
  {
    why: 'a word for a boolean',
    options: { profile: PROFILE, nestedSandbox: 'no' },
    message: /option nestedSandbox must be true or false/,
  },
  {
    why: 'limits that are none',
    options: { profile: PROFILE, limits: null },
    message: /option limits must be an object/,
  },
  {
    why: 'an unknown limit',
    options: { profile: PROFILE, limits: { cpu: 5 } },
    message: /unknown limit cpu; known are processes, /,
  },
  {
    why: 'half a second of limit',
    options: { profile: PROFILE, limits: { cpuSeconds: 0.5 } },
    message: /limits\.cpuSeconds must be a whole number above 0/,
  },
  {
    why: 'a limit of nothing',
    options: { profile: PROFILE, limits: { openFiles: 0 } },
    message: /limits\.openFiles must be a whole number above 0/,
  },
]

const RUN: readonly { why: string; words: unknown[]; message: RegExp }[] = [
  { why: 'no command', words: [], message: /command must be a string/ },
  { why: 'a command that is no string', words: [5], message: /command must be a string/ },
  { why: 'arguments in a string', words: ['echo', 'a b'], message: /args must be an array/ },
  {
    why: 'options in place of arguments',
    words: ['pwd', { cwd: '/' }],
    message: /args must be an array; options come after it/,
  },
  {
    why: 'an argument that is no string',
    words: ['echo', ['a', 5]],
    message: /args\[1\] must be a string, not number/,
  },
  { why: 'options that are none', words: ['echo', [], null], message: /options must be an object, not null/ },
  {
    why: 'a misspelt option',
    words: ['echo', [], { timout: 5 }],
    message: /unknown option timout; known are cwd, env, stdio, /,
  },
  {
    why: 'an option of Node that means nothing here',
    words: ['echo', [], { uid: 5 }],
    message: /unknown option uid/,
  },
  {
    why: 'an IPC channel',
    words: ['echo', [], { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] }],
    message: /'ipc'/,
  },
  {
    why: 'more streams than can be passed on',
    words: ['echo', [], { stdio: Array.from({ length: 251 }, () => 'ignore') }],
    message: /251 entries, and 250 are the most/,
  },
  {
    why: 'a word for a boolean',
    words: ['echo', [], { detached: 'yes' }],
    message: /option detached must be true or false/,
  },
  { why: 'an empty shell', words: ['echo', [], { shell: '' }], message: /option shell must be/ },
  {
    why: 'a directory that is no path',
    words: ['echo', [], { cwd: 5 }],
    message: /option cwd must be a path or a URL/,
  },
  {
    why: 'an environment that is none',
    words: ['echo', [], { env: 'A=B' }],
    message: /option env must be an object/,
  },
]

const RUN_ONLY: typeof RUN = [
  {
    why: 'a negative time',
    words: ['echo', [], { timeoutMs: -1 }],
    message: /option timeoutMs must be a number of milliseconds/,
  },
  {
    why: 'a time in words',
    words: ['echo', [], { timeoutMs: '1s' }],
    message: /option timeoutMs must be a number of milliseconds/,
  },
  {
    why: 'a time that no timer lasts',
    words: ['echo', [], { timeoutMs: 2 ** 31 }],
    message: /option timeoutMs must be a number of milliseconds/,
  },
  {
    why: "the timeout of Node's spawn",
    words: ['echo', [], { timeout: 5 }],
    message: /unknown option timeout;/,
  },
  {
    why: 'an unknown encoding',
    words: ['echo', [], { encoding: 'latin1' }],
    message: /option encoding must be 'utf8' or 'buffer', not "latin1"/,
  },
  {
    why: 'input that is none',
    words: ['cat', [], { input: 5 }],
    message: /option input must be a string or bytes/,
  },
]

describeForUsers('the library', [], (user) => {
  test('refuses options of Sandbox.create that mean nothing, with a TypeError', async () => {
    // JSON has no undefined.
    const list = CREATE.map(({ options }) => ({ options }))
    const errors = await withLibrary(user, list, async ({ lib, attempt }, all) =>
      Promise.all(
        all.map(({ options }) => attempt(() => lib.Sandbox.create(options as never).then(() => null))),
      ),
    )
    for (const [index, { error }] of errors.entries()) {
      const { why, message } = CREATE[index]!
      expect(error, why).toMatchObject({ isSandboxError: false, name: 'TypeError' })
      expect(error?.message, why).toMatch(message)
    }
  })

  test.each(['confined', 'open'] as const)(
    'refuses commands and options of run and spawn that mean nothing, %s',
    async (kind) => {
      const profile = kind === 'confined' ? PROFILE : ({ type: 'disabled' } as const)
      const errors = await withLibrary(
        user,
        { profile, both: RUN, runOnly: RUN_ONLY },
        async ({ lib, attempt }, input) => {
          const sandbox = await lib.Sandbox.create({ profile: input.profile })
          const run = (words: unknown[]) =>
            attempt(() => (sandbox.run as (...all: unknown[]) => Promise<unknown>)(...words))
          const spawn = (words: unknown[]) =>
            attempt(() => void (sandbox.spawn as (...all: unknown[]) => unknown)(...words))
          return {
            run: await Promise.all([...input.both, ...input.runOnly].map(({ words }) => run(words))),
            spawn: await Promise.all(input.both.map(({ words }) => spawn(words))),
          }
        },
      )
      for (const [index, { error }] of [...errors.run, ...errors.spawn].entries()) {
        const rows = [...RUN, ...RUN_ONLY, ...RUN]
        const { why, message } = rows[index]!
        expect(error, why).toMatchObject({ isSandboxError: false, name: 'TypeError' })
        expect(error?.message, why).toMatch(message)
      }
    },
  )

  test('takes variables that are undefined as absent, and numbers as their text', async () => {
    const { stdout } = await withLibrary(user, PROFILE, async ({ lib }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      return await sandbox.run('/usr/bin/env', [], { env: { A: 'b', GONE: undefined, N: 5 as never, E: '' } })
    })
    expect(stdout.split('\n').toSorted()).toEqual(['', 'A=b', 'E=', 'N=5'].toSorted())
  })
})
