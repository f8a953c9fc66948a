import { describe, expect, test } from 'vitest'
import { parseProfile, printProfile } from '../src/index.js'
import { entryJson, restrictedJson } from './support.js'

const NOTHING = restrictedJson('')

describe('parseProfile accepts', () => {
  test.each([
    { text: '{"type":"disabled"}', why: 'no sandbox' },
    { text: '{"type":"external","network":"restricted"}', why: 'a sandbox of somebody else' },
    { text: '{"type":"external","network":"enabled"}', why: 'and with a network' },
    {
      text: '{"type":"managed","file_system":{"type":"unrestricted"},"network":"restricted"}',
      why: 'all paths, no network',
    },
    { text: NOTHING, why: 'no path' },
    { text: NOTHING.replace('}', ',"glob_scan_max_depth":1}'), why: 'the smallest depth' },
    { text: entryJson('{"type":"path","path":"/a"}', '"read"'), why: 'a path' },
    { text: entryJson('{"type":"path","path":"/a"}', '"read","missing_path_behavior":"skip"'), why: 'skip' },
    { text: entryJson('{"type":"glob_pattern","pattern":"**/*.env"}', '"deny"'), why: 'a glob' },
    {
      text: entryJson('{"type":"glob_pattern","pattern":"[z-a]"}', '"read"'),
      why: 'a pattern that does nothing',
    },
    { text: entryJson('{"type":"special","value":{"kind":"root"}}', '"write"'), why: 'root' },
    { text: entryJson('{"type":"special","value":{"kind":"minimal"}}', '"read"'), why: 'minimal' },
    { text: entryJson('{"type":"special","value":{"kind":"tmpdir"}}', '"read"'), why: 'tmpdir' },
    { text: entryJson('{"type":"special","value":{"kind":"slash_tmp"}}', '"read"'), why: 'slash_tmp' },
    {
      text: entryJson('{"type":"special","value":{"kind":"project_roots"}}', '"read"'),
      why: 'project_roots',
    },
    {
      text: entryJson('{"type":"special","value":{"kind":"project_roots","subpath":"../a"}}', '"read"'),
      why: 'a subpath that goes up',
    },
    {
      text: entryJson('{"type":"special","value":{"kind":"unknown","path":":later"}}', '"deny"'),
      why: 'unknown',
    },
    {
      text: entryJson('{"type":"special","value":{"kind":"unknown","path":":x","subpath":"y"}}', '"read"'),
      why: 'unknown with a subpath',
    },
  ])('$text and prints it as it was ($why)', ({ text }) => {
    expect(printProfile(parseProfile(text))).toBe(text)
  })

  test.each([
    { text: '{}', printed: NOTHING, why: 'untagged: nothing is granted' },
    { text: '{"network":null,"file_system":null}', printed: NOTHING, why: 'null is absence' },
    { text: '{"network":{},"file_system":{}}', printed: NOTHING, why: 'empty sections' },
    { text: '{"network":{"enabled":false}}', printed: NOTHING, why: 'network off' },
    { text: '{"network":{"enabled":null}}', printed: NOTHING, why: 'null is off' },
    {
      text: '{"network":{"enabled":true}}',
      printed: NOTHING.replace(/restricted"}$/, 'enabled"}'),
      why: 'on',
    },
    {
      text: '{"file_system":{"read":["/b/../c"],"write":["/d"]}}',
      printed: restrictedJson(
        '{"path":{"type":"path","path":"/c"},"access":"read"},{"path":{"type":"path","path":"/d"},"access":"write"}',
      ),
      why: 'untagged lists',
    },
    {
      text: '{"file_system":{"entries":[{"path":{"type":"path","path":"/a"},"access":"none"}],"glob_scan_max_depth":2}}',
      printed: entryJson('{"type":"path","path":"/a"}', '"deny"').replace(']', '],"glob_scan_max_depth":2'),
      why: 'untagged entries',
    },
    { text: '{"x":{"y":[1]},"type":"disabled"}', printed: '{"type":"disabled"}', why: 'unknown keys' },
    {
      text: entryJson('{"type":"path","path":"/a","x":1}', '"read","y":{}'),
      printed: entryJson('{"type":"path","path":"/a"}', '"read"'),
      why: 'unknown keys in an entry',
    },
    {
      text: entryJson('{"type":"special","value":{"kind":"root","subpath":"x"}}', '"read"'),
      printed: entryJson('{"type":"special","value":{"kind":"root"}}', '"read"'),
      why: 'a key of another kind',
    },
    {
      text: entryJson('{"type":"path","path":"/opt/../srv/./x/"}', '"none"'),
      printed: entryJson('{"type":"path","path":"/srv/x"}', '"deny"'),
      why: 'a path to be normalised, and the older word for deny',
    },
    {
      text: entryJson(
        '{"type":"special","value":{"kind":"current_working_directory","subpath":null}}',
        '"read"',
      ),
      printed: entryJson('{"type":"special","value":{"kind":"project_roots"}}', '"read"'),
      why: 'the older name of project_roots',
    },
    {
      text: entryJson('{"type":"path","path":"/a"}', '"read","missing_path_behavior":null'),
      printed: entryJson('{"type":"path","path":"/a"}', '"read"'),
      why: 'null for an optional key',
    },
    {
      text: '\n\t{ "type" : "\\u0064isabled" }\r\n',
      printed: '{"type":"disabled"}',
      why: 'any spelling of JSON',
    },
  ])('$text as $printed ($why)', ({ text, printed }) => {
    expect(printProfile(parseProfile(text))).toBe(printed)
  })
})
