import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  runProgram,
  stagedNode,
  stagedProgram,
  TEST_BACKEND,
} from '../../support/index.ts'
import { expectRefusal, runOurs } from './programs.ts'

const PROFILE = '{"type":"managed","file_system":{"type":"unrestricted"},"network":"restricted"}'
const COMPLETE = ['--sandbox-policy-cwd', '/', '--permission-profile', PROFILE]

const WRONG_FOR_BOTH = [
  { why: 'an unknown option', args: ['--nope', 'true'], message: /Unknown option '--nope'/ },
  { why: 'an unknown short option', args: ['-x', 'true'], message: /Unknown option '-x'/ },
  { why: 'an abbreviation', args: ['--hel', 'true'], message: /Unknown option '--hel'/ },
  { why: 'a negated option', args: ['--no-help', 'true'], message: /Unknown option '--no-help'/ },
  { why: 'a value where none belongs', args: ['--help=yes', 'true'], message: /does not take an argument/ },
  {
    why: 'an unknown option among combined short ones',
    args: ['-hx', 'true'],
    message: /Unknown option '-x'/,
  },
]

const WRONG = [
  ...WRONG_FOR_BOTH.flatMap((row) => [
    { ...row, name: 'linux-sandbox' as const },
    { ...row, name: 'codex-linux-sandbox' as const, args: [...COMPLETE, ...row.args] },
  ]),
  ...[
    { why: 'no words at all', args: [], message: /no command was given/ },
    { why: 'no command after run', args: ['run'], message: /no command was given/ },
    { why: 'no command after --', args: ['-n', 'enabled', '--'], message: /no command was given/ },
    { why: 'an unknown profile', args: ['-P', ':nope', 'true'], message: /no profile named ":nope"/ },
    {
      why: 'a profile without its colon',
      args: ['-P', 'workspace', 'true'],
      message: /no profile named "workspace"/,
    },
    { why: 'an empty profile', args: ['-P', '', 'true'], message: /no profile named ""/ },
    {
      why: 'a profile of the prototype',
      args: ['-P', 'constructor', 'true'],
      message: /no profile named "constructor"/,
    },
    { why: 'a missing value', args: ['-P'], message: /--profile <value>' argument missing/ },
    { why: 'an option in place of a value', args: ['-P', '-n', 'enabled', 'true'], message: /ambiguous/ },
    {
      why: 'an unknown kind of writing to git',
      args: ['--git-writes', 'some', 'true'],
      message: /--git-writes is none, commit or all, not "some"/,
    },
    {
      why: 'an unknown network',
      args: ['-n', 'maybe', 'true'],
      message: /restricted or enabled, not "maybe"/,
    },
    { why: 'an empty configuration', args: ['--config', '', 'true'], message: /--config is empty/ },
    { why: 'an empty directory', args: ['-C', '', 'true'], message: /--directory is empty/ },
    { why: 'no number of a descriptor', args: ['--json', 'x', 'true'], message: /--json takes .* not "x"/ },
    { why: 'a negative descriptor', args: ['--json=-1', 'true'], message: /--json takes .* not "-1"/ },
    { why: 'a closed descriptor', args: ['--json', '77', 'true'], message: /--json takes .* not "77"/ },
    { why: 'a descriptor of Node', args: ['--json', '3', 'true'], message: /--json takes .* not "3"/ },
    { why: 'the stdout of the command', args: ['--json', '1', 'true'], message: /--json takes .* not "1"/ },
  ].map((row) => ({ ...row, name: 'linux-sandbox' as const })),
  ...[
    { why: 'no words at all', args: [], message: /--sandbox-policy-cwd is missing/ },
    {
      why: 'no profile',
      args: ['--sandbox-policy-cwd', '/', 'true'],
      message: /--permission-profile is missing/,
    },
    {
      why: 'no policy directory',
      args: ['--permission-profile', PROFILE, 'true'],
      message: /--sandbox-policy-cwd is missing/,
    },
    { why: 'a missing value', args: ['--sandbox-policy-cwd'], message: /argument missing/ },
    {
      why: 'a relative policy directory',
      args: ['--sandbox-policy-cwd', 'a', '--permission-profile', PROFILE, 'true'],
      message: /must be an absolute path, not "a"/,
    },
    {
      why: 'an empty policy directory',
      args: ['--sandbox-policy-cwd', '', '--permission-profile', PROFILE, 'true'],
      message: /must be an absolute path, not ""/,
    },
    {
      why: 'a relative working directory',
      args: [...COMPLETE, '--command-cwd', './b', 'true'],
      message: /must be an absolute path, not "\.\/b"/,
    },
    { why: 'no command', args: COMPLETE, message: /no command was given/ },
    { why: 'no command after --', args: [...COMPLETE, '--'], message: /no command was given/ },
    {
      why: 'a flag with a value',
      args: [...COMPLETE, '--no-proc=1', 'true'],
      message: /does not take an argument/,
    },
  ].map((row) => ({ ...row, name: 'codex-linux-sandbox' as const })),
]

describeForUsers('a command line', [], (user) => {
  test.each(WRONG)('of $name with $why is refused with 2', async ({ name, args, message }) => {
    expectRefusal(await runOurs(user, name, args), 2, message)
  })

  test.each([
    { words: ['echo', '--help', '-P', 'x'], stdout: '--help -P x\n' },
    { words: ['--', 'echo', '--', '-n'], stdout: '-- -n\n' },
    { words: ['echo', '-C', '/nowhere', '--json', '9'], stdout: '-C /nowhere --json 9\n' },
    { words: ['--', '/bin/echo', '--version'], stdout: /^echo \(GNU coreutils\)/ },
    { words: ['sh', '-c', 'echo "$0 $*"', '--', '-x', '--no-proc', ''], stdout: '-- -x --no-proc \n' },
    { words: ['echo', 'run', 'explain'], stdout: 'run explain\n' },
  ])('leaves $words to the command', async ({ words, stdout }) => {
    for (const end of [
      await runOurs(user, 'linux-sandbox', words),
      await runOurs(user, 'linux-sandbox', ['run', '-P', ':read-only', ...words]),
      await runOurs(user, 'codex-linux-sandbox', [...COMPLETE, ...words]),
    ]) {
      expect(end).toMatchObject({ exitCode: 0, signal: null, stderr: '' })
      expect(end.stdout).toMatch(
        typeof stdout === 'string' ? new RegExp(`^${stdout.trimEnd()}\\s*$`) : stdout,
      )
    }
  })

  test.each([
    { words: ['-P:read-only', '-nrestricted', 'cat', '/proc/net/route'] },
    { words: ['--profile=:read-only', '--network=restricted', 'cat', '/proc/net/route'] },
    { words: ['-P', ':workspace', '-P', ':read-only', 'cat', '/proc/net/route'] },
    { words: ['run', '-P', ':read-only', '--', 'cat', '/proc/net/route'] },
  ])('may spell its options as in $words', async ({ words }) => {
    const end = await runOurs(user, 'linux-sandbox', words)
    expect(end).toMatchObject({ exitCode: 0, stderr: '' })
    expect(end.stdout.trim().split('\n')).toHaveLength(1)
    const touch = [...words.slice(0, words.indexOf('cat')), 'touch', '/tmp/x']
    expect(await runOurs(user, 'linux-sandbox', touch)).toMatchObject({ exitCode: 1 })
  })

  test('with an empty command is a command that was not found', async () => {
    for (const end of [
      await runOurs(user, 'linux-sandbox', ['']),
      await runOurs(user, 'codex-linux-sandbox', [...COMPLETE, '']),
    ]) {
      expectRefusal(end, 127, /"" was not found/)
    }
  })

  test.each(['linux-sandbox', 'codex-linux-sandbox'] as const)(
    'of %s asks for help or the version',
    async (name) => {
      for (const flag of ['--help', '-h']) {
        const end = await runOurs(user, name, [flag])
        expect(end).toMatchObject({ exitCode: 0, stderr: '' })
        expect(end.stdout).toMatch(new RegExp(`^Usage: ${name} `))
      }
      for (const flag of ['--version', '-V']) {
        const end = await runOurs(user, name, [flag])
        expect(end).toMatchObject({
          exitCode: 0,
          stderr: '',
          stdout: expect.stringMatching(
            new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\n(bundle sha256:.*\n)?$`),
          ) as string,
        })
      }
    },
  )

  test('may ask for the result as JSON on a descriptor', async () => {
    const workspace = makeDirectory(user)
    const script = `"$@" 3>${workspace}/result`
    const words = [
      stagedNode(),
      stagedProgram('linux-sandbox'),
      '--json',
      '3',
      'sh',
      '-c',
      'echo out; exit 7',
    ]
    const end = await runProgram(user, 'sh', ['-c', script, 'sh', ...words])
    expect(end).toEqual({ exitCode: 7, signal: null, stdout: 'out\n', stderr: '' })
    const { stdout } = await runProgram(user, 'cat', [`${workspace}/result`])
    expect(JSON.parse(stdout)).toMatchObject({
      exitCode: 7,
      signal: null,
      enforced: { filesystem: TEST_BACKEND, network: 'private' },
    })
  })

  test('keeps the status of the command when its result cannot be written', async () => {
    const words = [stagedNode(), stagedProgram('linux-sandbox'), '--json', '3', 'sh', '-c', 'exit 7']
    const end = await runProgram(user, 'sh', ['-c', '"$@" 3>/dev/full', 'sh', ...words])
    expect(end).toMatchObject({ exitCode: 7, stdout: '' })
    expect(end.stderr).toMatch(/^linux-sandbox: the result could not be written .*ENOSPC.*\n$/)
  })
})
