import { describe, expect, test } from 'vitest'
import { parseProfile } from '../src/index.js'
import { describeIssue, entryJson, issuesOf, restrictedJson } from './support.js'

const NOTHING = restrictedJson('')

describe('parseProfile refuses', () => {
  test.each([
    { text: '', issues: [': value expected 1:1'], why: 'nothing' },
    {
      text: '{"type":"disabled"} {}',
      issues: [': end of file expected 1:21'],
      why: 'something after the end',
    },
    { text: '{"type":"disabled",}', issues: [': property name expected 1:20'], why: 'a trailing comma' },
    { text: '{"type":"disabled"\n/* x */}', issues: [': invalid comment token 2:1'], why: 'a comment' },
    {
      text: '{"type":"dis\nabled"}',
      issues: [': unexpected end of string 1:9'],
      why: 'a line break in a string',
    },
    { text: 'null', issues: ['must be an object, not null 1:1'], why: 'null' },
    { text: '"disabled"', issues: ['must be an object, not "disabled" 1:1'], why: 'a string' },
    {
      text: '{"type":"off"}',
      issues: ['type: must be one of "managed", "disabled", "external", not "off" 1:9'],
      why: 'another type',
    },
    {
      text: '{"type":null}',
      issues: ['type: must be one of "managed", "disabled", "external", not null 1:9'],
      why: 'no type',
    },
    { text: '{"type":"external"}', issues: ['network: is missing 1:1'], why: 'no network' },
    {
      text: '{"type":"managed"}',
      issues: ['file_system: is missing 1:1', 'network: is missing 1:1'],
      why: 'both missing',
    },
    {
      text: '{"netwrok":{}}',
      issues: ['netwrok: is unknown; did you mean network? 1:12'],
      why: 'an untagged typo',
    },
    {
      text: '{"file_system":{"read":["a"],"entries":[]},"network":{"on":1}}',
      issues: [
        'network.on: is unknown; known are enabled 1:60',
        'file_system.read: is unknown; known are entries, glob_scan_max_depth 1:24',
      ],
      why: 'both forms at once',
    },
    {
      text: '{"network":[],"file_system":[]}',
      issues: [
        'network: must be an object, not an array 1:12',
        'file_system: must be an object, not an array 1:29',
      ],
      why: 'arrays',
    },
    {
      text: NOTHING.replace('}', ',"glob_scan_max_depth":0}'),
      issues: ['file_system.glob_scan_max_depth: must be at least 1 1:89'],
      why: 'a depth of 0',
    },
    {
      text: NOTHING.replace('}', ',"glob_scan_max_depth":1.5}'),
      issues: ['file_system.glob_scan_max_depth: must be an integer 1:89'],
      why: 'half a level',
    },
    {
      text: '{"type":"disabled",\n "type":"disabled"}',
      issues: ['type: is given twice 2:2'],
      why: 'a key twice',
    },
    {
      text: '{"type":"external","network":"enabled","network":1}',
      issues: ['network: is given twice 1:40', 'network: must be one of "restricted", "enabled", not 1 1:50'],
      why: 'the value of a key given twice',
    },
    {
      text: '{"type":"disabled","x":[{"a":1,"\\u0061":2}]}',
      issues: ['x[0].a: is given twice 1:32'],
      why: 'also where it is ignored, also spelled otherwise',
    },
  ])('$text: $why', ({ text, issues }) => {
    expect(issuesOf(() => parseProfile(text)).map(describeIssue)).toEqual(
      issues.map((issue) => (issue.startsWith(':') ? `is not JSON${issue}` : issue)),
    )
  })

  const at = 'file_system.entries[0]'
  test.each([
    {
      path: '{"type":"path","path":"a"}',
      access: '"read"',
      issue: `${at}.path.path: must be an absolute path, not "a"`,
    },
    {
      path: '{"type":"path","path":"~/a"}',
      access: '"read"',
      issue: `${at}.path.path: must be an absolute path, not "~/a"`,
    },
    {
      path: '{"type":"path","path":"file:///a"}',
      access: '"read"',
      issue: `${at}.path.path: must be an absolute path, not "file:///a"`,
    },
    {
      path: '{"type":"path","path":"/\\u0000"}',
      access: '"read"',
      issue: `${at}.path.path: must not contain a NUL character`,
    },
    {
      path: '{"type":"path","path":"/\\ud800"}',
      access: '"read"',
      issue: `${at}.path.path: must not contain half of a surrogate pair`,
    },
    { path: '{"type":"path"}', access: '"read"', issue: `${at}.path.path: is missing` },
    {
      path: '{"type":"file"}',
      access: '"read"',
      issue: `${at}.path.type: must be one of "path", "glob_pattern", "special", not "file"`,
    },
    { path: '"/a"', access: '"read"', issue: `${at}.path: must be an object, not "/a"` },
    {
      path: '{"type":"glob_pattern","pattern":"[z-a]"}',
      access: '"deny"',
      issue: `${at}.path.pattern: is a malformed pattern: it has the reversed range z-a`,
    },
    {
      path: '{"type":"glob_pattern","pattern":"{a"}',
      access: '"none"',
      issue: `${at}.path.pattern: is a malformed pattern: it has a { without its }`,
    },
    {
      path: '{"type":"glob_pattern","pattern":"\\u0000"}',
      access: '"read"',
      issue: `${at}.path.pattern: must not contain a NUL character`,
    },
    {
      path: '{"type":"special","value":{"kind":"home"}}',
      access: '"read"',
      issue: `${at}.path.value.kind: must be one of "root", "minimal", "tmpdir", "slash_tmp", "project_roots", "current_working_directory", "unknown", not "home"`,
    },
    {
      path: '{"type":"special","value":{"kind":"unknown"}}',
      access: '"read"',
      issue: `${at}.path.value.path: is missing`,
    },
    {
      path: '{"type":"special","value":{"kind":"project_roots","subpath":"/a"}}',
      access: '"read"',
      issue: `${at}.path.value.subpath: must be relative to the workspace root`,
    },
    {
      path: '{"type":"path","path":"/a"}',
      access: '"execute"',
      issue: `${at}.access: must be one of "read", "write", "deny", "none", not "execute"`,
    },
    {
      path: '{"type":"path","path":"/a"}',
      access: '"read","missing_path_behavior":"fail"',
      issue: `${at}.missing_path_behavior: must be "skip", not "fail"`,
    },
  ])('$path with $access', ({ path, access, issue }) => {
    const issues = issuesOf(() => parseProfile(entryJson(path, access)))
    expect(issues.map((found) => describeIssue(found).replace(/ \d+:\d+$/, ''))).toEqual([issue])
  })

  test('everything at once, each at its place', () => {
    const text = `{
  "type": "managed",
  "file_system": { "type": "restricted", "entries": [
    { "path": { "type": "path", "path": "relative" }, "access": "all" },
    5
  ] },
  "network": "on"
}`
    expect(issuesOf(() => parseProfile(text)).map(describeIssue)).toEqual([
      'file_system.entries[0].path.path: must be an absolute path, not "relative" 4:41',
      'file_system.entries[0].access: must be one of "read", "write", "deny", "none", not "all" 4:65',
      'file_system.entries[1]: must be an object, not 5 5:5',
      'network: must be one of "restricted", "enabled", not "on" 7:14',
    ])
  })

  test.each(['['.repeat(100_000), `${'{"a":'.repeat(129)}1${'}'.repeat(129)}`])(
    'nesting that would exhaust the stack',
    (text) => {
      expect(issuesOf(() => parseProfile(text))[0]?.message).toBe('is nested deeper than 128 levels')
    },
  )

  test('what is not a text, as a mistake of the caller', () => {
    expect(() => parseProfile(undefined as unknown as string)).toThrow(TypeError)
  })
})
