import { describe, expect, test } from 'vitest'
import { parseSandboxPolicy, printSandboxPolicy } from '../../src/index.js'
import { describeIssue, issuesOf } from '../support.js'

const WORKSPACE =
  '"type":"workspace-write","network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false'
const FULL = { type: 'full-access' }

describe('parseSandboxPolicy fills in what is left out', () => {
  test.each([
    { text: '{"type":"danger-full-access"}', policy: { type: 'danger-full-access' } },
    { text: '{"type":"read-only"}', policy: { type: 'read-only', access: FULL, network_access: false } },
    {
      text: '{"type":"external-sandbox"}',
      policy: { type: 'external-sandbox', network_access: 'restricted' },
    },
    {
      text: '{"type":"workspace-write"}',
      policy: {
        type: 'workspace-write',
        writable_roots: [],
        read_only_access: FULL,
        network_access: false,
        exclude_tmpdir_env_var: false,
        exclude_slash_tmp: false,
      },
    },
    {
      text: '{"type":"read-only","access":{"type":"restricted"}}',
      policy: {
        type: 'read-only',
        access: { type: 'restricted', include_platform_defaults: true, readable_roots: [] },
        network_access: false,
      },
    },
  ])('$text', ({ text, policy }) => {
    expect(parseSandboxPolicy(text)).toEqual(policy)
  })
})

describe('printSandboxPolicy writes what the first writer wrote', () => {
  test.each([
    {
      text: '{"type":"danger-full-access","x":1}',
      printed: '{"type":"danger-full-access"}',
      why: 'unknown key',
    },
    {
      text: '{"type":"read-only","network_access":false,"access":{"type":"full-access"}}',
      printed: '{"type":"read-only"}',
      why: 'defaults',
    },
    {
      text: '{"network_access":true,"type":"read-only","read_only_access":{"type":"restricted"}}',
      printed: '{"type":"read-only","network_access":true}',
      why: 'a key of another type is an unknown one',
    },
    {
      text: '{"type":"external-sandbox"}',
      printed: '{"type":"external-sandbox","network_access":"restricted"}',
      why: 'a default that is always written',
    },
    { text: '{"type":"workspace-write"}', printed: `{${WORKSPACE}}`, why: 'three of them' },
    {
      text: `{${WORKSPACE},"writable_roots":["/opt/../srv/./x/"],"read_only_access":{"readable_roots":["/a/"],"type":"restricted"}}`,
      printed: `{${WORKSPACE.replace(
        ',',
        ',"writable_roots":["/srv/x"],"read_only_access":{"type":"restricted","include_platform_defaults":true,"readable_roots":["/a"]},',
      )}}`,
      why: 'everything, with paths to be normalised',
    },
    {
      text: '{"type":"read-only","access":{"type":"restricted","include_platform_defaults":false,"more":0}}',
      printed: '{"type":"read-only","access":{"type":"restricted","include_platform_defaults":false}}',
      why: 'no roots',
    },
    { text: '{"mode":"read-only"}', printed: '{"type":"read-only"}', why: 'the tag of 2025' },
    {
      text: '{"type":"read-only","mode":"danger-full-access"}',
      printed: '{"type":"read-only"}',
      why: 'beside the newer tag it is an unknown key',
    },
  ])('$text as $printed ($why)', ({ text, printed }) => {
    expect(printSandboxPolicy(parseSandboxPolicy(text))).toBe(printed)
    expect(printSandboxPolicy(parseSandboxPolicy(printed))).toBe(printed)
  })
})

describe('parseSandboxPolicy refuses', () => {
  const types = '"danger-full-access", "read-only", "external-sandbox", "workspace-write"'
  test.each([
    { text: '{"type":"read-only",}', issues: ['is not JSON: property name expected 1:21'] },
    { text: '"read-only"', issues: ['must be an object, not "read-only" 1:1'] },
    { text: '{}', issues: ['type: is missing 1:1'] },
    { text: '{"type":"readOnly"}', issues: [`type: must be one of ${types}, not "readOnly" 1:9`] },
    { text: '{\n"mode":"full"}', issues: [`mode: must be one of ${types}, not "full" 2:8`] },
    {
      text: '{"type":"read-only","network_access":"enabled"}',
      issues: ['network_access: must be a boolean, not "enabled" 1:38'],
    },
    { text: '{"type":"read-only","access":null}', issues: ['access: must be an object, not null 1:30'] },
    {
      text: '{"type":"external-sandbox","network_access":true}',
      issues: ['network_access: must be one of "restricted", "enabled", not true 1:45'],
    },
    {
      text: '{"type":"workspace-write",\n "writable_roots":["/a","b"],\n "read_only_access":{"type":"restricted","readable_roots":["~/c"]},\n "exclude_slash_tmp":1}',
      issues: [
        'writable_roots[1]: must be an absolute path, not "b" 2:25',
        'read_only_access.readable_roots[0]: must be an absolute path, not "~/c" 3:60',
        'exclude_slash_tmp: must be a boolean, not 1 4:22',
      ],
    },
    { text: '{"type":"danger-full-access","type":"read-only"}', issues: ['type: is given twice 1:30'] },
  ])('$text', ({ text, issues }) => {
    expect(issuesOf(() => parseSandboxPolicy(text)).map(describeIssue)).toEqual(issues)
  })
})
