import * as fc from 'fast-check'
import type { Tree } from './toml-writer.js'

const access = fc.constantFrom('read', 'write', 'deny', 'none')

const subpaths = fc.dictionary(
  fc.constantFrom('a', 'a/b', 'b.c', 'é', 'src/**', '*.env', '**/x', '{a,b}'),
  fc.constant('deny'),
  { maxKeys: 4, noNullPrototype: true },
)

const literalPaths = ['/', '/a', '/a/b', '/a b/"c"', '/é\u{1F600}', '/a=b', '~', '~/x', '/#', '/tmp']

/** Keys that all mean something else, so that no two of them contradict each other. */
const fileSystem = fc
  .record(
    {
      paths: fc.dictionary(fc.constantFrom(...literalPaths), access, { maxKeys: 5, noNullPrototype: true }),
      specials: fc.dictionary(fc.constantFrom(':minimal', ':tmpdir'), access, { noNullPrototype: true }),
      scoped: subpaths,
      patterns: fc.dictionary(fc.constantFrom('/a/*.key', '~/**/k', '/x/**'), fc.constant('deny'), {
        noNullPrototype: true,
      }),
      glob_scan_max_depth: fc.integer({ min: 1, max: 9 }),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  .map(({ paths, specials, scoped, patterns, ...depth }): Tree => ({
    ...paths,
    ...specials,
    ...(scoped === undefined ? {} : { ':workspace_roots': { '.': 'write', ...scoped } }),
    ...patterns,
    ...depth,
  }))

const profile: fc.Arbitrary<Tree> = fc.record(
  {
    description: fc.string({ unit: 'grapheme' }),
    filesystem: fileSystem,
    workspace_roots: fc.dictionary(fc.constantFrom('/repo', '/w[1]', '~/o'), fc.boolean(), {
      noNullPrototype: true,
    }),
    network: fc.record(
      {
        enabled: fc.boolean(),
        // An empty table says something, and cannot be said by overrides of what is in it.
        domains: fc.dictionary(
          fc.constantFrom('a.example', '*.example:443', '10.0.0.0/8'),
          fc.constantFrom('allow', 'deny'),
          { minKeys: 1, noNullPrototype: true },
        ),
        mode: fc.constantFrom('full', 'limited'),
        enable_socks5: fc.boolean(),
        dangerously_allow_all_unix_sockets: fc.boolean(),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
)

const parents = fc.constantFrom('base', ':read-only', ':workspace')

/** A valid configuration. `dev`, and what it extends, are always there; `default_permissions` sometimes. */
export const anyConfiguration: fc.Arbitrary<Tree> = fc
  .record({
    base: profile,
    dev: fc
      .tuple(profile, fc.option(parents, { nil: undefined }))
      .map(([body, parent]): Tree => (parent === undefined ? body : { ...body, extends: parent })),
    top: fc.record(
      {
        default_permissions: fc.constantFrom('dev', 'base', ':workspace'),
        sandbox_workspace_write: fc.record(
          {
            writable_roots: fc.array(fc.constantFrom('/a', '~/b', '/c d'), { maxLength: 3 }),
            network_access: fc.boolean(),
            exclude_tmpdir_env_var: fc.boolean(),
            exclude_slash_tmp: fc.boolean(),
          },
          { requiredKeys: [], noNullPrototype: true },
        ),
        backend: fc.constantFrom('auto', 'bwrap', 'native'),
        features: fc.record({ use_legacy_landlock: fc.constant(false) }, { noNullPrototype: true }),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  })
  .map(({ base, dev, top }): Tree => ({ ...top, permissions: { base, dev } }))

/** Pieces of documents, so that random texts get further than to the first character. */
const pieces = fc.constantFrom(
  ...[
    '[',
    ']',
    '[[',
    ']]',
    '{',
    '}',
    '=',
    ' = ',
    '.',
    ',',
    '\n',
    '\r',
    '"',
    "'",
    '"""',
    '#',
    '\\',
    '\\u',
    '\0',
  ],
  ...['permissions', 'dev', 'filesystem', 'network', 'enabled', 'extends', 'workspace_roots', 'description'],
  ...['domains', '"a.example" = "allow"\n', 'mode', '"limited"', 'proxy_url', '"http://[::1]:3128"'],
  ...['sandbox_mode', 'default_permissions', 'features', 'use_legacy_landlock', 'sandbox_workspace_write'],
  ...['":root"', '":workspace_roots"', '"/a"', '"~/a"', '"read"', '"write"', '"deny"', '"dev"', '"base"'],
  ...['true', 'false', '1', '-1', '99999999999999999999', '1.5', 'nan', '2026-01-01', '07:32:00'],
  ...['__proto__', 'constructor', 'toString', '[permissions.dev]\n', '[permissions.dev.filesystem]\n'],
  ...['"/a" = "read"\n', '"*" = "deny"\n', '"{a,../b}" = "deny"\n', 'sandbox_mode = "read-only"\n'],
)

export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.oneof({ weight: 9, arbitrary: pieces }, { weight: 1, arbitrary: fc.string() }), {
      maxLength: 30,
    })
    .map((parts) => parts.join('')),
)

/** A change of a text: what is cut out, where, and what comes instead. */
export const anyEdit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.integer({ min: 0, max: 12 }),
  insert: fc.oneof(fc.constant(''), pieces, fc.string({ unit: 'binary', maxLength: 3 })),
})
