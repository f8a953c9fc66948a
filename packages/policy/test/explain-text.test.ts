import { expect, test } from 'vitest'
import { absolutePath, explain, formatExplanation, resolvePolicy } from '../src/index.js'
import { CONTEXT, managed, policyOf, type ShortEntry } from './support.js'

const WORKSPACE: readonly ShortEntry[] = [
  [':root', 'read'],
  [':project_roots', 'write'],
]

test.each<{ entries: readonly ShortEntry[]; path: string; lines: readonly string[]; why: string }>([
  {
    entries: [],
    path: '/x',
    why: 'nothing covers it',
    lines: [
      '/x: deny',
      '  because no entry covers it',
      '  for read: add read on /x',
      '  for write: add write on /x',
    ],
  },
  {
    entries: WORKSPACE,
    path: '/repo/.git/config',
    why: 'a protected name',
    lines: [
      '/repo/.git/config: read',
      '  because the protected name /repo/.git in entries[1], write on /repo (:workspace_roots): git executes hooks and programs named in its configuration',
      '  and not entries[1], write on /repo (:workspace_roots): it is for a path further up',
      '  and not entries[0], read on / (:root): it is for a path further up',
      '  for deny: add deny on /repo/.git/config',
      '  for write: add write on /repo/.git/config',
    ],
  },
  {
    entries: [...WORKSPACE, ['/repo/.aws', 'write']],
    path: '/repo/.aws',
    why: 'a lifted name, and an entry for the path itself',
    lines: [
      '/repo/.aws: write',
      '  because entries[2], write on /repo/.aws',
      '  and not the protected name /repo/.aws in entries[1], write on /repo (:workspace_roots): an entry lets the command write at or below it',
      '  and not entries[1], write on /repo (:workspace_roots): it is for a path further up',
      '  and not entries[0], read on / (:root): it is for a path further up',
      '  for deny: add deny on /repo/.aws',
      '  for read: change or remove entries[2], which no entry outranks',
    ],
  },
  {
    entries: [...WORKSPACE, ['**/*.env', 'deny'], ['/repo/secret*', 'deny']],
    path: '/repo/secrets/x.env',
    why: 'two globs',
    lines: [
      '/repo/secrets/x.env: deny',
      '  because entries[2], deny on **/*.env, which matches /repo/secrets/x.env',
      '  and not entries[3], deny on /repo/secret*, which matches /repo/secrets: it says the same once more',
      '  and not entries[1], write on /repo (:workspace_roots): a deny glob comes before all entries',
      '  and not entries[0], read on / (:root): a deny glob comes before all entries',
      '  for read: change or remove entries[2], entries[3], which no entry outranks; then add read on /repo/secrets/x.env',
      '  for write: change or remove entries[2], entries[3], which no entry outranks',
    ],
  },
  {
    entries: [
      [':root', 'write'],
      ['/x', 'read'],
    ],
    path: '/x',
    why: 'a side effect',
    lines: [
      '/x: read',
      '  because entries[1], read on /x',
      '  and not entries[0], write on / (:root): it is for a path further up',
      '  for deny: add deny on /x',
      '  for write: add write on /x; this also gives write on /.git, write on /.agents, write on /.codex, write on /.aws',
    ],
  },
  {
    entries: [
      [':minimal', 'read'],
      [':root', 'deny'],
    ],
    path: '/usr/lib',
    why: 'a platform default',
    lines: [
      '/usr/lib: read',
      '  because the platform default, read on /usr',
      '  and not entries[1], deny on / (:root): platform defaults come before deny on /',
      '  for deny: add deny on /usr/lib',
      '  for write: add write on /usr/lib',
    ],
  },
  {
    entries: [['/a\nb: write', 'read']],
    path: '/a\nb: write/\u001b[2J\u202e\u{e0041} é',
    why: 'names that would forge a line or steer a terminal',
    lines: [
      '"/a\\nb: write/\\u001b[2J\\u202e\\udb40\\udc41 é": read',
      '  because entries[0], read on "/a\\nb: write"',
      '  for deny: add deny on "/a\\nb: write/\\u001b[2J\\u202e\\udb40\\udc41 é"',
      '  for write: add write on "/a\\nb: write/\\u001b[2J\\u202e\\udb40\\udc41 é"',
    ],
  },
])('prints $path: $why', ({ entries, path, lines }) => {
  expect(formatExplanation(explain(policyOf(...entries), absolutePath(path))).split('\n')).toEqual(lines)
})

test('prints that no path is restricted', () => {
  const explanation = explain(resolvePolicy({ type: 'disabled' }, CONTEXT), absolutePath('/repo'))
  expect(formatExplanation(explanation)).toBe('/repo: write\n  because the policy restricts no path')
})

test('prints under which condition an entry counts', () => {
  const path = absolutePath('/repo/.git')
  const entry = { path: { type: 'path', path }, access: 'read', missing_path_behavior: 'skip' } as const
  expect(formatExplanation(explain(resolvePolicy(managed(entry), CONTEXT), path))).toContain(
    'because entries[0], read on /repo/.git if it exists\n',
  )
})
