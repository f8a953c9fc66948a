import { execFileSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { randomFor } from '@linux-sandbox/policy-fuzz/random'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, identityOf } from '../../support/index.ts'
import { ownersIn, startSupervised } from './supervised.ts'

const RENAMES = 100

interface Meddling {
  readonly why: string
  /** What is done outside to the placeholder while the command runs. As the user of the test. */
  readonly line: string
  readonly reports: readonly object[]
  /** What is in the workspace afterwards. */
  readonly names: readonly string[]
}

const MEDDLING: readonly Meddling[] = [
  { why: 'nothing', line: 'true', reports: [], names: [] },
  { why: 'its removal', line: 'rmdir .git', reports: [{ violation: 'removed', errno: 0 }], names: [] },
  {
    why: 'another directory in its place',
    line: 'rmdir .git; mkdir -p .git/hooks',
    reports: [{ violation: 'replaced', errno: 0, movedTo: '.git.linux-sandbox-moved-1' }],
    names: ['.git.linux-sandbox-moved-1', '.git.linux-sandbox-moved-1/hooks'],
  },
  {
    why: 'a file in its place',
    line: 'rmdir .git; echo gitdir: x > .git',
    reports: [{ violation: 'replaced', errno: 0, movedTo: '.git.linux-sandbox-moved-1' }],
    names: ['.git.linux-sandbox-moved-1'],
  },
  {
    why: 'a link in its place, and the first name for it taken',
    line: 'rmdir .git; ln -s x .git; mkdir .git.linux-sandbox-moved-1',
    reports: [{ violation: 'replaced', errno: 0, movedTo: '.git.linux-sandbox-moved-2' }],
    names: ['.git.linux-sandbox-moved-1', '.git.linux-sandbox-moved-2'],
  },
  {
    why: 'a file in it',
    line: 'touch .git/HEAD',
    reports: [{ violation: 'filled', errno: 0 }],
    names: ['.git', '.git/HEAD'],
  },
  {
    why: 'its removal after somebody renamed it',
    line: 'mv .git old; rmdir old',
    reports: [{ violation: 'removed', errno: 0 }],
    names: [],
  },
]

const MEDDLING_WITH_FILE: readonly Meddling[] = [
  { why: 'nothing', line: 'cat commondir', reports: [], names: [] },
  { why: 'a new time of its own', line: 'touch commondir', reports: [], names: [] },
  { why: 'its removal', line: 'rm commondir', reports: [{ violation: 'removed', errno: 0 }], names: [] },
  {
    why: 'another file in its place by a rename, as by git config',
    line: 'echo x > commondir.lock; mv commondir.lock commondir',
    reports: [{ violation: 'replaced', errno: 0, movedTo: 'commondir.linux-sandbox-moved-1' }],
    names: ['commondir.linux-sandbox-moved-1'],
  },
  {
    why: 'a file of the same content in its place',
    line: 'cp commondir new; mv new commondir',
    reports: [{ violation: 'replaced', errno: 0, movedTo: 'commondir.linux-sandbox-moved-1' }],
    names: ['commondir.linux-sandbox-moved-1'],
  },
  {
    why: 'a directory in its place',
    line: 'rm commondir; mkdir -p commondir/x',
    reports: [{ violation: 'replaced', errno: 0, movedTo: 'commondir.linux-sandbox-moved-1' }],
    names: ['commondir.linux-sandbox-moved-1', 'commondir.linux-sandbox-moved-1/x'],
  },
  {
    why: 'a link in its place',
    line: 'ln -sf x commondir',
    reports: [{ violation: 'replaced', errno: 0, movedTo: 'commondir.linux-sandbox-moved-1' }],
    names: ['commondir.linux-sandbox-moved-1'],
  },
  {
    why: 'a line more in it',
    line: 'echo x >> commondir',
    reports: [{ violation: 'filled', errno: 0 }],
    names: ['commondir'],
  },
  {
    why: 'other content of the same length in it',
    line: 'echo x > commondir',
    reports: [{ violation: 'filled', errno: 0 }],
    names: ['commondir'],
  },
  {
    why: 'its content taken away',
    line: ': > commondir',
    reports: [{ violation: 'filled', errno: 0 }],
    names: ['commondir'],
  },
  {
    why: 'a second name for it',
    line: 'ln commondir second',
    reports: [],
    names: ['second'],
  },
]

const CASES = [
  ...MEDDLING.map((one) => ({ ...one, kind: 'a directory', placeholder: { path: '.git' } })),
  ...MEDDLING_WITH_FILE.map((one) => ({
    ...one,
    kind: 'a file',
    placeholder: { path: 'commondir', content: '.\n' },
  })),
]

describeForUsers('what is done to a placeholder from outside', [], (user) => {
  test.each(CASES)(
    'to $kind: $why is reported before the end',
    async ({ line, reports, names, placeholder }) => {
      const workspace = makeDirectory(user)
      const registry = join(makeDirectory(user), 'registry')
      const placeholders = [{ ...placeholder, path: join(workspace, placeholder.path) }]
      const run = startSupervised(user, { registry, placeholders, line: 'sleep 0.2' })
      await run.started
      execFileSync('/bin/sh', ['-c', line], { cwd: workspace, stdio: 'ignore', ...identityOf(user) })
      const end = await run.ended
      expect(end.reports.map(withNames)).toEqual([
        { kind: 'started', attempt: 'first' },
        ...reports.map((one) => ({ kind: 'violation', attempt: 'first', path: placeholder.path, ...one })),
        { kind: 'ended', attempt: 'first', exitCode: 0, signal: null },
      ])
      expect((readdirSync(workspace, { recursive: true }) as string[]).toSorted()).toEqual(names)
      expect(ownersIn(registry)).toEqual([])
    },
  )

  test(`what is renamed to the name of a file at any moment is never lost, in ${RENAMES} runs`, async () => {
    const seed = Number(process.env['PLACEHOLDER_SEED'] ?? Date.now() % 1_000_000)
    console.log(`PLACEHOLDER_SEED=${seed}`)
    const { below } = randomFor(seed, 0)
    for (let run = 0; run < RENAMES; run++) {
      const workspace = makeDirectory(user)
      const registry = join(makeDirectory(user), 'registry')
      const path = join(workspace, 'config.worktree')
      const supervised = startSupervised(user, {
        registry,
        placeholders: [{ path, content: '' }],
        line: 'true',
      })
      await supervised.started
      writeFileSync(`${path}.lock`, 'own')
      await delay(below(4))
      renameSync(`${path}.lock`, path)
      await supervised.ended
      const contents = readdirSync(workspace).map((name) => readFileSync(join(workspace, name), 'utf8'))
      expect({ seed, run, contents }).toEqual({ seed, run, contents: ['own'] })
    }
  })

  test('what the command leaves in a directory on the way to a placeholder is no violation', async () => {
    const workspace = makeDirectory(user)
    const registry = join(makeDirectory(user), 'registry')
    const way = join(workspace, 'way')
    const paths = [way, join(way, 'on'), join(way, 'on/.git')]
    const git = paths[2] as string
    const end = await startSupervised(user, {
      registry,
      placeholders: paths.map((path) => ({ path })),
      mounts: ['--ro-bind', git, git],
      line: `echo text > ${way}/file; mkdir ${git}/x 2>&- && echo made; true`,
    }).ended
    expect(end).toMatchObject({ stdout: '', reports: [{ kind: 'started' }, { kind: 'ended' }] })
    expect(readdirSync(workspace, { recursive: true })).toEqual(['way', 'way/file'])
    expect(ownersIn(registry)).toEqual([])
  })

  test('a directory that the command plants by renaming the parent is moved aside', async () => {
    const workspace = makeDirectory(user)
    const registry = join(makeDirectory(user), 'registry')
    execFileSync('/bin/mkdir', ['-p', join(workspace, 'a/b')], identityOf(user))
    const path = join(workspace, 'a/b/.git')
    const line = 'mv a z && mkdir -p a/b/.git/hooks'
    const end = await startSupervised(user, { registry, placeholders: [{ path }], line, cwd: workspace })
      .ended
    expect(end.reports.map(withNames)[1]).toMatchObject({ violation: 'replaced', path: '.git' })
    expect(existsSync(path)).toBe(false)
    expect(readdirSync(join(workspace, 'z/b'))).toEqual([])
    expect(readdirSync(join(workspace, 'a/b'))).toEqual(['.git.linux-sandbox-moved-1'])
  })

  test.each([
    { kind: 'a directory', why: 'a file', line: 'touch .git', errno: 20 },
    { kind: 'a directory', why: 'a link', line: 'ln -s /tmp .git', errno: 20 },
    { kind: 'a file', why: 'a directory', line: 'mkdir .git', errno: 21 },
    { kind: 'a file', why: 'a link to a file', line: 'ln -s /etc/passwd .git', errno: 21 },
    { kind: 'a file', why: 'a pipe', line: 'mkfifo .git', errno: 21 },
  ])('$why at the name of $kind keeps the command from being started', async ({ kind, line, errno }) => {
    const workspace = makeDirectory(user)
    const path = join(workspace, '.git')
    execFileSync('/bin/sh', ['-c', line], { cwd: workspace, ...identityOf(user) })
    const registry = join(makeDirectory(user), 'registry')
    const placeholders = [kind === 'a file' ? { path, content: '' } : { path }]
    const end = await startSupervised(user, { registry, placeholders, line: 'true' }).ended
    expect(end).toMatchObject({ exitCode: 125, reports: [{ step: 'placeholder', path, errno }] })
    expect(end.reports).toHaveLength(1)
    expect(readdirSync(workspace)).toEqual(['.git'])
    expect(ownersIn(registry)).toEqual([])
  })

  test('a link on the way to it keeps the command from being started', async () => {
    const workspace = makeDirectory(user)
    mkdirSync(join(workspace, 'a'))
    symlinkSync('a', join(workspace, 'link'))
    const registry = join(makeDirectory(user), 'registry')
    const placeholders = [{ path: join(workspace, 'link/.git') }]
    const end = await startSupervised(user, { registry, placeholders, line: 'true' }).ended
    expect(end.reports).toMatchObject([{ step: 'placeholder', errno: 40 }])
    expect(readdirSync(join(workspace, 'a'))).toEqual([])
  })
})

/** Reports with the last component of each path. */
function withNames(report: object): object {
  const names = Object.entries(report).map(([key, value]) =>
    key === 'path' || key === 'movedTo' ? [key, basename(String(value))] : [key, value],
  )
  return Object.fromEntries(names) as object
}
