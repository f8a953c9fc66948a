import { describe, expect, test } from 'vitest'
import {
  parseFileSystemPolicy,
  parseNetworkPolicy,
  printFileSystemPolicy,
  printNetworkPolicy,
  printProfile,
  profileFromSplit,
} from '../../src/index.js'
import { describeIssue, issuesOf } from '../support.js'

const ROOT = '{"path":{"type":"special","value":{"kind":"root"}},"access":"read"}'

describe('the half for files', () => {
  test.each([
    { text: '{"kind":"unrestricted","more":1}', printed: '{"kind":"unrestricted"}', why: 'an unknown key' },
    {
      text: '{"entries":[],"kind":"external-sandbox"}',
      printed: '{"kind":"external-sandbox"}',
      why: 'no entries',
    },
    { text: '{"kind":"restricted"}', printed: '{"kind":"restricted"}', why: 'nothing granted' },
    { text: '{"kind":"restricted","entries":[]}', printed: '{"kind":"restricted"}', why: 'also nothing' },
    {
      text: `{"entries":[${ROOT}],"glob_scan_max_depth":2,"kind":"restricted"}`,
      printed: `{"kind":"restricted","glob_scan_max_depth":2,"entries":[${ROOT}]}`,
      why: 'the order of keys',
    },
    {
      text: '{"kind":"restricted","entries":[{"path":{"type":"path","path":"/a/"},"access":"deny"}]}',
      printed: '{"kind":"restricted","entries":[{"path":{"type":"path","path":"/a"},"access":"none"}]}',
      why: 'the later word for none',
    },
    {
      text: '{"kind":"restricted","entries":[{"path":{"type":"special","value":{"kind":"current_working_directory"}},"access":"write"}]}',
      printed:
        '{"kind":"restricted","entries":[{"path":{"type":"special","value":{"kind":"project_roots"}},"access":"write"}]}',
      why: 'the older name of project_roots',
    },
  ])('$text is printed as $printed ($why)', ({ text, printed }) => {
    expect(printFileSystemPolicy(parseFileSystemPolicy(text))).toBe(printed)
    expect(printFileSystemPolicy(parseFileSystemPolicy(printed))).toBe(printed)
  })

  test.each([
    { text: '{}', issues: ['kind: is missing 1:1'] },
    {
      text: '{"kind":"external"}',
      issues: ['kind: must be one of "unrestricted", "external-sandbox", "restricted", not "external" 1:9'],
    },
    {
      text: `{"kind":"unrestricted","entries":[${ROOT}]}`,
      issues: ['entries: must be empty: entries have no effect with this kind 1:34'],
    },
    {
      text: '{"kind":"restricted","glob_scan_max_depth":0,\n"entries":[{"path":{"type":"path","path":"a"},"access":"all"}]}',
      issues: [
        'entries[0].path.path: must be an absolute path, not "a" 2:42',
        'entries[0].access: must be one of "read", "write", "deny", "none", not "all" 2:56',
        'glob_scan_max_depth: must be at least 1 1:44',
      ],
    },
  ])('$text is refused', ({ text, issues }) => {
    expect(issuesOf(() => parseFileSystemPolicy(text)).map(describeIssue)).toEqual(issues)
  })
})

describe('the half for the network', () => {
  test.each(['restricted', 'enabled'])('%s is a JSON string', (network) => {
    expect(parseNetworkPolicy(JSON.stringify(network))).toBe(network)
    expect(printNetworkPolicy(parseNetworkPolicy(` "${network}"`))).toBe(`"${network}"`)
  })

  test.each([
    { text: 'restricted', issue: 'is not JSON: invalid symbol 1:1' },
    { text: '"off"', issue: 'must be one of "restricted", "enabled", not "off" 1:1' },
    { text: 'true', issue: 'must be one of "restricted", "enabled", not true 1:1' },
    { text: '{"enabled":true}', issue: 'must be one of "restricted", "enabled", not an object 1:1' },
  ])('$text is refused', ({ text, issue }) => {
    expect(issuesOf(() => parseNetworkPolicy(text)).map(describeIssue)).toEqual([issue])
  })
})

describe('profileFromSplit', () => {
  test.each([
    {
      fileSystem: '{"kind":"external-sandbox"}',
      profile: '{"type":"external","network":"enabled"}',
    },
    {
      fileSystem: '{"kind":"unrestricted"}',
      profile: '{"type":"managed","file_system":{"type":"unrestricted"},"network":"enabled"}',
    },
    {
      fileSystem: `{"kind":"restricted","entries":[${ROOT}],"glob_scan_max_depth":2}`,
      profile: `{"type":"managed","file_system":{"type":"restricted","entries":[${ROOT}],"glob_scan_max_depth":2},"network":"enabled"}`,
    },
    {
      fileSystem: '{"kind":"restricted"}',
      profile: '{"type":"managed","file_system":{"type":"restricted","entries":[]},"network":"enabled"}',
    },
  ])('makes $profile', ({ fileSystem, profile }) => {
    expect(printProfile(profileFromSplit(parseFileSystemPolicy(fileSystem), 'enabled'))).toBe(profile)
  })
})
