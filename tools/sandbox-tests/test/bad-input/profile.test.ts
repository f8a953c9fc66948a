import { expect, test } from 'vitest'
import { describeForUsers, withLibrary } from '../../support/index.ts'
import { runOurs } from './programs.ts'

const ROOT = '{"path":{"type":"special","value":{"kind":"root"}},"access":"read"}'

/** A profile with these entries. */
function withEntries(...entries: readonly string[]): string {
  return `{"type":"managed","file_system":{"type":"restricted","entries":[${entries.join(',')}]},"network":"restricted"}`
}

const MALFORMED: readonly {
  why: string
  text: string
  message: RegExp
  path?: readonly (string | number)[]
  line?: number
}[] = [
  { why: 'nothing', text: '', message: /is not JSON/ },
  { why: 'blanks', text: ' \n ', message: /is not JSON/ },
  { why: 'half an object', text: '{', message: /is not JSON: close brace expected/, line: 1 },
  { why: 'a trailing comma', text: '{"type":"disabled",}', message: /is not JSON/, line: 1 },
  { why: 'a comment', text: '{"type":"disabled"} // all', message: /is not JSON/, line: 1 },
  { why: 'single quotes', text: `{'type':'disabled'}`, message: /is not JSON/, line: 1 },
  { why: 'two documents', text: '{"type":"disabled"}{"type":"disabled"}', message: /is not JSON/, line: 1 },
  { why: 'a byte order mark', text: '\uFEFF{"type":"disabled"}', message: /is not JSON/, line: 1 },
  {
    why: 'an error on line three',
    text: '{\n"type":\n"managed"\n"network":"restricted"}',
    message: /is not JSON/,
    line: 4,
  },
  {
    why: 'a key given twice',
    text: '{"type":"disabled",\n"type":"managed"}',
    message: /given twice/,
    path: ['type'],
    line: 2,
  },
  { why: 'a number', text: '5', message: /must be an object/, path: [] },
  { why: 'null', text: 'null', message: /is not valid/, path: [] },
  { why: 'a list', text: '[]', message: /is not valid/, path: ['type'] },
  { why: 'a word', text: '":workspace"', message: /must be an object, not ":workspace"/, path: [] },
  { why: 'an unknown type', text: '{"type":"nope"}', message: /type/, path: ['type'], line: 1 },
  {
    why: 'no network',
    text: '{"type":"managed","file_system":{"type":"unrestricted"}}',
    message: /network/,
    path: ['network'],
  },
  {
    why: 'an unknown network',
    text: '{"type":"external","network":"some"}',
    message: /network.*"some"/,
    path: ['network'],
  },
  {
    why: 'no file system',
    text: '{"type":"managed","network":"restricted"}',
    message: /file_system/,
    path: ['file_system'],
  },
  {
    why: 'entries that are no list',
    text: '{"type":"managed","file_system":{"type":"restricted","entries":{}},"network":"restricted"}',
    message: /entries/,
    path: ['file_system', 'entries'],
  },
  {
    why: 'a relative path',
    text: withEntries(ROOT, '{"path":{"type":"path","path":"src"},"access":"write"}'),
    message: /entries\[1\]\.path\.path: must be an absolute path, not "src"/,
    path: ['file_system', 'entries', 1, 'path', 'path'],
    line: 1,
  },
  {
    why: 'an empty path',
    text: withEntries('{"path":{"type":"path","path":""},"access":"write"}'),
    message: /entries\[0\]\.path\.path/,
    path: ['file_system', 'entries', 0, 'path', 'path'],
  },
  {
    why: 'a home path',
    text: withEntries('{"path":{"type":"path","path":"~/x"},"access":"write"}'),
    message: /must be an absolute path, not "~\/x"/,
    path: ['file_system', 'entries', 0, 'path', 'path'],
  },
  {
    why: 'a NUL in a path',
    text: withEntries('{"path":{"type":"path","path":"/a\\u0000b"},"access":"write"}'),
    message: /NUL/,
    path: ['file_system', 'entries', 0, 'path', 'path'],
  },
  {
    why: 'an unknown access',
    text: withEntries('{"path":{"type":"path","path":"/x"},"access":"execute"}'),
    message: /access.*"execute"/,
    path: ['file_system', 'entries', 0, 'access'],
  },
  {
    why: 'no access',
    text: withEntries('{"path":{"type":"path","path":"/x"}}'),
    message: /access/,
    path: ['file_system', 'entries', 0, 'access'],
  },
  {
    why: 'an unknown special path',
    text: withEntries('{"path":{"type":"special","value":{"kind":"home"}},"access":"read"}'),
    message: /kind.*"home"/,
    path: ['file_system', 'entries', 0, 'path', 'value', 'kind'],
  },
  {
    why: 'an absolute subpath',
    text: withEntries(
      '{"path":{"type":"special","value":{"kind":"project_roots","subpath":"/x"}},"access":"read"}',
    ),
    message: /relative to the workspace root/,
    path: ['file_system', 'entries', 0, 'path', 'value', 'subpath'],
  },
  {
    why: 'too many levels',
    text: '['.repeat(200) + ']'.repeat(200),
    message: /nested deeper than 128 levels/,
    path: [],
  },
]

describeForUsers('a malformed profile', [], (user) => {
  const runUnder = (profile: string) =>
    runOurs(user, 'codex-linux-sandbox', [
      ...['--sandbox-policy-cwd', '/', '--permission-profile', profile],
      ...['echo', 'ran'],
    ])

  test('is an error of the library with every issue, its path and its line', async () => {
    const errors = await withLibrary(
      user,
      MALFORMED.map(({ text }) => text),
      async ({ lib, attempt }, texts) =>
        Promise.all(texts.map((text) => attempt(() => void lib.parseProfile(text)))),
    )
    for (const [index, { error }] of errors.entries()) {
      const { why, message, path, line } = MALFORMED[index]!
      expect(error, why).toMatchObject({
        isSandboxError: true,
        name: 'PolicyInvalidError',
        code: 'POLICY_INVALID',
        exitStatus: 2,
      })
      expect(error?.message, why).toMatch(message)
      expect(error?.message, why).toMatch(/^permission profile is not valid: /)
      if (path !== undefined)
        expect(
          error?.issues?.map((issue) => issue.path),
          why,
        ).toContainEqual(path)
      if (line !== undefined) expect(error?.issues?.[0]?.line, why).toBe(line)
    }
  })

  test.each(MALFORMED)('with $why is refused by codex-linux-sandbox with 2', async ({ text, message }) => {
    const end = await runUnder(text)
    expect(end).toMatchObject({ exitCode: 2, signal: null, stdout: '' })
    expect(end.stderr).toMatch(/^linux-sandbox: permission profile is not valid: [^\n]+\nhint: [^\n]+\n$/)
    expect(end.stderr).toMatch(message)
  })

  test('of the right form is taken by both', async () => {
    const text = withEntries(ROOT)
    expect(await withLibrary(user, text, ({ lib }, input) => lib.parseProfile(input).type)).toBe('managed')
    const end = await runUnder(text)
    expect(end).toEqual({ exitCode: 0, signal: null, stdout: 'ran\n', stderr: '' })
  })

  test('given as a value is refused by Sandbox.create, every issue at once', async () => {
    const { error } = await withLibrary(user, null, async ({ lib, attempt }) => {
      const profile = {
        type: 'managed',
        file_system: { type: 'restricted', entries: [{ path: { type: 'path', path: 'x' }, access: 'y' }] },
        network: 'z',
      }
      return await attempt(() => lib.Sandbox.create({ profile: profile as never }).then(() => null))
    })
    expect(error).toMatchObject({ name: 'PolicyInvalidError', code: 'POLICY_INVALID', exitStatus: 2 })
    expect(error?.issues?.map(({ path }) => path.join('.')).toSorted()).toEqual([
      'file_system.entries.0.access',
      'file_system.entries.0.path.path',
      'network',
    ])
    for (const issue of error?.issues ?? []) expect(error?.message).toContain(issue.message)
  })

  test('by name is an UnknownProfileError', async () => {
    const { error } = await withLibrary(user, null, ({ lib, attempt }) =>
      attempt(() => void lib.builtinProfile(':nope')),
    )
    expect(error).toMatchObject({
      isSandboxError: true,
      name: 'UnknownProfileError',
      code: 'PROFILE_UNKNOWN',
      exitStatus: 2,
      hint: 'use one of :read-only, :workspace, :danger-full-access',
    })
  })
})
