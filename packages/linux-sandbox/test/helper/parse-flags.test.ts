import { join } from 'node:path'
import * as fc from 'fast-check'
import { isSandboxError } from '@linux-sandbox/errors'
import { expect, test } from 'vitest'
import { FLAGS } from '../../src/helper/flags.ts'
import { parseFlags, type HelperRequest } from '../../src/helper/parse-flags.ts'
import { flagDocument } from './flag-document.ts'
import { OPTIONAL, OPTIONAL_NAMES, PROFILE, refusalOf, subsets, type OptionalFlag } from './subsets.ts'

const REQUIRED = ['--sandbox-policy-cwd', '/work', '--permission-profile', PROFILE]

function words(given: Iterable<OptionalFlag>): string[] {
  return [...REQUIRED, ...[...given].flatMap((flag) => OPTIONAL[flag]), '--', 'ls', '--no-proc']
}

function request(argv: readonly string[]): HelperRequest {
  const parsed = parseFlags(argv)
  if (typeof parsed === 'string') throw new Error(parsed)
  return parsed
}

test('every flag is required, optional, or asks for text', () => {
  const others = ['sandbox-policy-cwd', 'permission-profile', 'help', 'version']
  expect(Object.keys(FLAGS).toSorted()).toEqual([...OPTIONAL_NAMES, ...others].toSorted())
})

test('every set of flags is accepted, or refused with what is wrong', () => {
  for (const given of subsets()) {
    const argv = words(given)
    const refusal = refusalOf(given)
    if (refusal === undefined) expect(request(argv).command).toEqual(commandOf(given))
    else expect(() => parseFlags(argv), argv.join(' ')).toThrow(expect.objectContaining({ code: 'USAGE' }))
  }
})

function commandOf(given: ReadonlySet<OptionalFlag>): HelperRequest['command'] {
  const command = { program: 'ls', args: ['--no-proc'] }
  return given.has('command-cwd') ? { ...command, cwd: '/tmp' } : command
}

test('the document has every flag and every refusal', async () => {
  const file = join(import.meta.dirname, '../../../../docs/helper-flags.md')
  await expect(await flagDocument()).toMatchFileSnapshot(file)
})

const ENVIRONMENT = { from: 'environment', loopbackPorts: [] } as const

test.each<{ flags: OptionalFlag[]; expected: Partial<HelperRequest> }>([
  { flags: [], expected: { backend: 'auto', proc: 'fresh', pidNamespace: 'private' } },
  { flags: ['no-proc'], expected: { proc: 'host', pidNamespace: 'private' } },
  { flags: ['inherit-pid-namespace'], expected: { pidNamespace: 'inherited' } },
  { flags: ['use-legacy-landlock'], expected: { backend: 'landlock' } },
  { flags: ['backend'], expected: { backend: 'native' } },
  { flags: [], expected: { proxy: undefined, unixSockets: false } },
  { flags: ['managed-network'], expected: { proxy: ENVIRONMENT, unixSockets: false } },
  { flags: ['allow-network-for-proxy'], expected: { proxy: ENVIRONMENT, unixSockets: false } },
  {
    flags: ['apply-seccomp-then-exec', 'managed-network', 'proxy-route-spec'],
    expected: {
      backend: 'inner',
      proxy: { from: 'descriptors', routes: [{ variable: 'HTTP_PROXY', descriptor: 4 }] },
    },
  },
  {
    flags: ['apply-seccomp-then-exec', 'verify-fd-mount'],
    expected: { backend: 'inner', fdMounts: [{ descriptor: 3, path: '/tmp' }] },
  },
])('$flags mean $expected', ({ flags, expected }) => {
  expect(request(words(flags))).toMatchObject(expected)
})

test.each([
  {
    title: 'a second value',
    argv: [...REQUIRED, '--command-cwd', '/a', '--command-cwd', '/b', 'ls'],
    message: /--command-cwd is given twice/,
  },
  { title: 'a switch twice', argv: [...REQUIRED, '--no-proc', '--no-proc', 'ls'] },
  { title: 'a value after =', argv: ['--sandbox-policy-cwd=/work', `--permission-profile=${PROFILE}`, 'ls'] },
  { title: 'no command', argv: REQUIRED, message: /no command was given/ },
  {
    title: 'everything missing at once',
    argv: ['--verify-fd-mount', '3:/x'],
    message: /cwd is missing; .*profile is missing; no command .*; --verify-fd-mount needs/,
  },
  { title: 'a dash among letters', argv: [...REQUIRED, '-x-', 'ls'], message: /^Unknown option '-x-'$/ },
  {
    title: 'an unknown backend',
    argv: [...REQUIRED, '--backend', 'docker', 'ls'],
    message: /--backend must be one of auto, bwrap, native, not "docker"/,
  },
  {
    title: 'a relative directory',
    argv: ['--sandbox-policy-cwd', 'x', '--permission-profile', PROFILE, 'ls'],
    message: /must be an absolute path, not "x"/,
  },
  {
    title: 'a standard descriptor',
    argv: [...REQUIRED, '--apply-seccomp-then-exec', '--verify-fd-mount', '2:/x', 'ls'],
    message: /above 2/,
  },
  {
    title: 'a relative mount',
    argv: [...REQUIRED, '--apply-seccomp-then-exec', '--verify-fd-mount', '5:x', 'ls'],
    message: /absolute path/,
  },
])('$title', ({ argv, message }) => {
  if (message === undefined) expect(request(argv).command.program).toBe('ls')
  else expect(() => parseFlags(argv)).toThrow(message)
})

const WORKSPACE = '{"type":"workspace-write","exclude_slash_tmp":true,"exclude_tmpdir_env_var":true}'
const SPLIT_WORKSPACE = JSON.stringify({
  kind: 'restricted',
  entries: [
    { path: { type: 'path', path: '/work' }, access: 'write' },
    { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
  ],
})

test.each([
  { title: 'a legacy policy alone', flags: ['--sandbox-policy', WORKSPACE], accepted: true },
  {
    title: 'a split policy alone',
    flags: ['--file-system-sandbox-policy', SPLIT_WORKSPACE, '--network-sandbox-policy', '"restricted"'],
    accepted: true,
  },
  {
    title: 'a split and a legacy policy that mean the same',
    flags: [
      ...['--file-system-sandbox-policy', SPLIT_WORKSPACE, '--network-sandbox-policy', '"restricted"'],
      ...['--sandbox-policy', WORKSPACE],
    ],
    accepted: true,
  },
  {
    title: 'a split and a legacy policy that differ in the network',
    flags: [
      ...['--file-system-sandbox-policy', SPLIT_WORKSPACE, '--network-sandbox-policy', '"enabled"'],
      ...['--sandbox-policy', WORKSPACE],
    ],
    accepted: false,
  },
  {
    title: 'a split and a legacy policy that differ in a path',
    flags: [
      ...['--file-system-sandbox-policy', SPLIT_WORKSPACE, '--network-sandbox-policy', '"restricted"'],
      ...['--sandbox-policy', '{"type":"read-only"}'],
    ],
    accepted: false,
  },
  {
    title: 'a profile and a legacy policy that differ',
    flags: ['--permission-profile', PROFILE, '--sandbox-policy', WORKSPACE],
    accepted: false,
  },
])('$title', ({ flags, accepted }) => {
  const argv = ['--sandbox-policy-cwd', '/work', ...flags, 'ls']
  if (accepted) expect(request(argv).command.program).toBe('ls')
  else expect(() => parseFlags(argv)).toThrow(/do not mean the same/)
})

test.each([
  { json: '[]', proxy: ENVIRONMENT, unixSockets: false },
  {
    json: '{"loopbackPorts":[3128,8081],"allowUnixSockets":["/run/x.sock"],"allowLocalBinding":true}',
    proxy: { from: 'environment', loopbackPorts: [3128, 8081] },
    unixSockets: false,
  },
  { json: '{"dangerouslyAllowAllUnixSockets":true}', proxy: ENVIRONMENT, unixSockets: true },
] as const)('--managed-network $json', ({ json, ...expected }) => {
  expect(request([...REQUIRED, '--managed-network', json, 'ls'])).toMatchObject(expected)
})

test.each(['', 'null', '{"loopbackPorts":[65536]}', '[1]', '{"loopbackPorts":3128}'])(
  '--managed-network %j is refused',
  (json) => {
    expect(() => parseFlags([...REQUIRED, '--managed-network', json, 'ls'])).toThrow(
      expect.objectContaining({ code: 'POLICY_INVALID', exitStatus: 2 }),
    )
  },
)

test('random words are a request, or an error that says what is wrong', () => {
  const flag = fc.constantFrom(
    ...Object.keys(FLAGS).map((name) => `--${name}`),
    '-h',
    '-V',
    '--',
    '-',
    '--nope',
  )
  const value = fc.oneof(fc.constantFrom(PROFILE, '{}', '/', '3:/x', WORKSPACE, '"enabled"'), fc.string())
  fc.assert(
    fc.property(fc.array(fc.oneof(flag, value), { maxLength: 12 }), (argv) => {
      try {
        const parsed = parseFlags(argv)
        if (typeof parsed === 'string') return
        // What belongs to the command is the end of the line, word for word.
        const tail = [parsed.command.program, ...parsed.command.args]
        expect(argv.slice(-tail.length)).toEqual(tail)
      } catch (error) {
        expect(isSandboxError(error), String(error)).toBe(true)
        expect(error).toMatchObject({ exitStatus: 2 })
      }
    }),
    { numRuns: 5000 },
  )
})
