import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ALL_FEATURES, atBase, makeTree, profileOf, randomCase } from '@linux-sandbox/policy-fuzz/cases'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHarness, type Harness, type Invocation } from '../support/harness.ts'
import { canHaveRun } from '../support/starts.ts'

let harness: Harness
let directory: string

beforeAll(async () => {
  harness = await startHarness({ ownRun: canHaveRun })
  directory = mkdtempSync(join(tmpdir(), 'standalone-policies-'))
})
afterAll(() => {
  harness.close()
  rmSync(directory, { recursive: true })
})

/** Kept, so that a failure can be looked into: the index is in its message. */
const SEED = 1
const CASES = 500

const WAYS = [
  ['--backend', 'bwrap'],
  ['--backend', 'native'],
  [],
  ['--use-legacy-landlock'],
  ['--inherit-pid-namespace'],
  ['--no-proc'],
  ['--managed-network', '{}'],
]

/** The root and /tmp belong to everybody: what other tests make there for a moment can come between the two. A difference of the programs stays. */
const ATTEMPTS = 3

async function expectSame(invocation: Invocation, title: string): ReturnType<Harness['both']> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await harness.both(invocation)
    if (attempt === ATTEMPTS) expect(outcome.standalone, title).toEqual(outcome.node)
    if (isDeepStrictEqual(outcome.standalone, outcome.node)) return outcome
  }
}

test('random policies over random trees', async () => {
  const seen = { requests: 0, refusals: 0, followed: 0 }
  for (let index = 0; index < CASES; index++) {
    const one = randomCase({ seed: SEED, index, features: ALL_FEATURES })
    const base = join(directory, String(index))
    mkdirSync(base)
    makeTree(one.nodes, base)
    const argv = [
      ...['--sandbox-policy-cwd', atBase(one.cwd, base)],
      ...['--permission-profile', JSON.stringify(profileOf(one, base))],
      ...(WAYS[index % WAYS.length] ?? []),
      '--',
    ]
    const env = {
      HTTP_PROXY: 'http://[::1]:3128/',
      ...(one.tmpdir === undefined ? {} : { TMPDIR: atBase(one.tmpdir, base) }),
    }
    const { node } = await expectSame({ argv: [...argv, 'true'], env, cwd: base }, `case ${index}`)
    seen[node.request === undefined ? 'refusals' : 'requests']++
    if (node.status !== 0 || node.request === undefined) continue
    const kept = harness.keptStarts()
    await expectSame({ argv: [...argv, 'echo', 'ä', `${index}`], env, cwd: base }, `case ${index} again`)
    if (harness.keptStarts() === kept) seen.followed++
  }
  expect(seen.requests).toBeGreaterThan(CASES / 4)
  expect(seen.refusals).toBeGreaterThan(CASES / 50)
  // Landlock's starts are like no other.
  if (canHaveRun) expect(seen.followed).toBeGreaterThan(CASES / 4)
})

const restricted = (...entries: object[]): string =>
  JSON.stringify({ type: 'managed', file_system: { type: 'restricted', entries }, network: 'restricted' })
const root = { path: { type: 'special', value: { kind: 'root' } }, access: 'read' }
const at = (path: string, access: string): object => ({ path: { type: 'path', path }, access })
const command = (profile: string, ...words: string[]): string[] => [
  ...['--sandbox-policy-cwd', '/tmp', '--permission-profile', profile],
  ...(words.length === 0 ? ['true'] : words),
]

test.each<{ title: string; invocation: Invocation }>([
  { title: 'no bwrap', invocation: { argv: command(restricted(root)), env: { PATH: '/nonexistent' } } },
  { title: 'an empty PATH', invocation: { argv: command(restricted(root)), env: { PATH: '' } } },
  {
    title: 'a directory of bwrap that can be written',
    invocation: { argv: command(restricted(root, at('/usr', 'write'))) },
  },
  { title: 'a path that is not absolute', invocation: { argv: command(restricted(root, at('x', 'write'))) } },
  {
    title: 'a path with a null byte',
    invocation: { argv: command(restricted(root, at('/tmp/\0', 'write'))) },
  },
  {
    title: 'half of a surrogate pair',
    invocation: { argv: command(restricted(root, at('/tmp/\ud800', 'write'))) },
  },
  {
    title: 'characters beyond the first plane',
    invocation: { argv: command(restricted(root), 'printf', '\u{1F600}é') },
  },
  { title: 'an unknown access', invocation: { argv: command(restricted(root, at('/tmp', 'own'))) } },
  { title: 'a key twice', invocation: { argv: command(`{"type":"disabled","type":"disabled"}`) } },
  { title: 'deep nesting', invocation: { argv: command('['.repeat(50_000)) } },
  {
    title: 'nesting in a place that is read',
    invocation: { argv: command(`{"type":${'['.repeat(129)}${']'.repeat(129)}}`) },
  },
  {
    title: 'a missing directory',
    invocation: { argv: ['--command-cwd', '/nonexistent', ...command(restricted(root))] },
  },
  {
    title: 'many variables',
    invocation: {
      argv: command(restricted(root)),
      env: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`V${i}`, '\t=\n'])),
    },
  },
  {
    title: 'a proxy elsewhere',
    invocation: {
      argv: ['--managed-network', '{}', ...command(restricted(root))],
      env: { http_proxy: 'http://example.org:80', ALL_PROXY: 'socks5h://127.0.0.1' },
    },
  },
  {
    title: '1000 denied files',
    invocation: {
      argv: command(
        restricted(root, ...Array.from({ length: 1000 }, (_, i) => at(`/tmp/missing/${i}`, 'deny'))),
      ),
    },
  },
  {
    title: 'a registry of nobody',
    invocation: {
      argv: command(restricted(root, at('/tmp', 'write'))),
      env: { XDG_RUNTIME_DIR: '/nonexistent', HOME: '/proc' },
    },
  },
])('$title', async ({ invocation }) => {
  const { standalone, node } = await harness.both(invocation)
  expect(standalone).toEqual(node)
})
