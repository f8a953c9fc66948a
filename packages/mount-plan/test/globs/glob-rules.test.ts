import { PolicyUnsupportedError, SandboxSetupError } from '@linux-sandbox/errors'
import {
  absolutePath,
  resolvePolicy,
  type AbsolutePath,
  type Access,
  type FileSystemEntry,
} from '@linux-sandbox/policy'
import { describe, expect, test } from 'vitest'
import { entryRules } from '../../src/entry-rules.ts'
import { addGlobRules } from '../../src/globs/glob-rules.ts'
import { cachedDiskView, type DiskView, type PlanNote } from '../../src/index.ts'
import { RuleSet } from '../../src/rules.ts'
import { memoryDisk, type DiskContent, type MemoryDisk } from '../memory-disk.ts'

interface Case {
  readonly globs: readonly string[]
  readonly content: DiskContent
  /** Beside `/` read and `/w` write. */
  readonly entries?: Readonly<Record<string, Access>>
  readonly maxDepth?: number
  /** What lists a directory instead. */
  readonly readDirectory?: DiskView['readDirectory']
}

interface Found {
  /** All rules that deny, by depth. */
  readonly denied: readonly string[]
  readonly notes: readonly PlanNote[]
  readonly disk: MemoryDisk
  readonly rules: RuleSet
}

function find({ globs, content, entries = {}, maxDepth, readDirectory }: Case): Found {
  const paths = Object.entries({ '/': 'read', '/w': 'write', ...entries } satisfies Record<string, Access>)
  const policy = resolvePolicy(
    {
      type: 'managed',
      file_system: {
        type: 'restricted',
        entries: [
          ...paths.map(([path, access]): FileSystemEntry => ({
            path: { type: 'path', path: absolutePath(path) },
            access,
          })),
          ...globs.map((pattern): FileSystemEntry => ({
            path: { type: 'glob_pattern', pattern },
            access: 'deny',
          })),
        ],
        ...(maxDepth === undefined ? {} : { glob_scan_max_depth: maxDepth }),
      },
      network: 'restricted',
    },
    { cwd: absolutePath('/w') },
  )
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') throw new Error('the policy restricts nothing')
  const disk = memoryDisk({ '/w': 'directory', ...content })
  const view = cachedDiskView(readDirectory === undefined ? disk : { ...disk, readDirectory })
  const { rules } = entryRules(fileSystem.entries, view)
  const notes = addGlobRules(rules, fileSystem.globs, { disk: view, maxDepth: fileSystem.globScanMaxDepth })
  const denied = rules.sorted().filter(({ access }) => access === 'deny')
  return { denied: denied.map(({ path }) => path), notes, disk, rules }
}

describe('a deny glob denies', () => {
  test.each([
    {
      why: 'files at every depth, hidden directories and git-ignored ones included',
      globs: ['/w/**/*.env'],
      content: {
        '/w/.gitignore': 'file',
        '/w/.env': 'file',
        '/w/a/prod.env': 'file',
        '/w/.git/x.env': 'file',
        '/w/node_modules/p/q/.env': 'file',
        '/w/a/env': 'file',
        '/x.env': 'file',
      },
      denied: ['/w/.env', '/w/.git/x.env', '/w/a/prod.env', '/w/node_modules/p/q/.env'],
    },
    {
      why: 'what a relative pattern means below the working directory of the policy',
      globs: ['**/*.env'],
      content: { '/w/a/.env': 'file', '/x/.env': 'file' },
      denied: ['/w/a/.env'],
    },
    {
      why: 'directories and other kinds whose names match, and looks at nothing inside them',
      globs: ['/w/**/*.env'],
      content: { '/w/d.env/x.env': 'file', '/w/pipe.env': 'device' },
      denied: ['/w/d.env', '/w/pipe.env'],
    },
    {
      why: 'what each of the alternatives and classes stands for',
      globs: ['/w/{a,b/c}/id_[a-z]*.{key,pem}'],
      content: {
        '/w/a/id_rsa.key': 'file',
        '/w/a/id_.key': 'file',
        '/w/b/c/id_x.pem': 'file',
        '/w/b/id_x.pem': 'file',
        '/w/a/id_x.txt': 'file',
      },
      denied: ['/w/a/id_rsa.key', '/w/b/c/id_x.pem'],
    },
    {
      why: 'what a pattern without wildcards names, also when its link is followed',
      globs: ['/secret', '/w/{one,two,link}'],
      content: { '/secret': 'file', '/w/one': 'file', '/w/link': { to: '../outside' }, '/outside': 'file' },
      denied: ['/outside', '/secret', '/w/one'],
    },
    {
      why: 'everything below a directory, which stays listable itself',
      globs: ['/w/a/**'],
      content: { '/w/a/b/c': 'file', '/w/a/d': 'file' },
      denied: ['/w/a/b', '/w/a/d'],
    },
    {
      why: 'a match below a narrower writable grant',
      globs: ['/w/**/*.env'],
      entries: { '/w/a': 'write', '/w/a/x.env': 'write' },
      content: { '/w/a/x.env': 'file', '/w/a/y.env': 'file' },
      denied: ['/w/a/x.env', '/w/a/y.env'],
    },
    {
      why: 'a grant inside a directory that matches',
      globs: ['/w/*.d'],
      entries: { '/w/a.d/b/open': 'write', '/w/a.d/c': 'read', '/w/b': 'read' },
      content: { '/w/a.d/b/open': 'directory', '/w/a.d/c': 'file', '/w/b': 'file' },
      denied: ['/w/a.d', '/w/a.d/c', '/w/a.d/b/open'],
    },
    {
      why: 'a writable root itself',
      globs: ['/home/*/w'],
      entries: { '/home/u/w': 'write' },
      content: { '/home/u/w': 'directory' },
      denied: ['/home/u/w'],
    },
    {
      why: 'only what is reachable: entries deny the rest already',
      globs: ['/w/**/*.env'],
      entries: { '/w/d': 'deny', '/w/d/open': 'read' },
      content: { '/w/d/x.env': 'file', '/w/d/e/x.env': 'file', '/w/d/open/x.env': 'file' },
      denied: ['/w/d', '/w/d/open/x.env'],
    },
    {
      why: 'matches at their canonical paths when the fixed directory is reached by a link',
      globs: ['/link/**/*.env'],
      content: { '/link': { to: '/real' }, '/real/a/.env': 'file' },
      denied: ['/real/a/.env'],
    },
    {
      why: 'nothing where the fixed directory is missing or a file',
      globs: ['/gone/**/*.env', '/file/*.env'],
      content: { '/file': 'file' },
      denied: [],
    },
    {
      why: 'nothing that an unclosed class does not name literally',
      globs: ['/w/[ab'],
      content: { '/w/a': 'file', '/w/[ab': 'file' },
      denied: ['/w/[ab'],
    },
  ] satisfies (Case & { why: string; denied: string[] })[])('$why', ({ denied, ...example }) => {
    expect(find(example).denied).toEqual(denied)
  })
})

describe('a symbolic link', () => {
  test.each([
    {
      why: 'that matches denies the file that it leads to, wherever that is',
      content: { '/w/l.env': { to: '/outside/conf' }, '/outside/conf': 'file' },
      denied: ['/outside/conf'],
    },
    {
      why: 'that matches denies the end of a chain, by its canonical path',
      content: { '/w/l.env': { to: 'm' }, '/w/m': { to: 'd/f' }, '/w/d': { to: '/x' }, '/x/f': 'file' },
      denied: ['/x/f'],
    },
    {
      why: 'that matches denies a directory with the grants in it',
      entries: { '/w/data/open': 'read' },
      content: { '/w/l.env': { to: 'data' }, '/w/data/open': 'directory' },
      denied: ['/w/data', '/w/data/open'],
    },
    {
      why: 'to a directory is not gone through',
      content: { '/w/l': { to: '/outside' }, '/outside/x.env': 'file' },
      denied: [],
    },
    {
      why: 'does not hide what has another name and is found by that',
      content: { '/w/x.env': 'file', '/w/l': { to: 'x.env' } },
      denied: ['/w/x.env'],
    },
    {
      why: 'in a directory that matches denies nothing, whichever glob that is: nobody can get at it',
      globs: ['/w/*.d', '/w/**/*.env', '/w/x.d/sub/*.env'],
      content: { '/w/x.d/sub/l.env': { to: '/outside' }, '/outside': 'file' },
      denied: ['/w/x.d'],
    },
    {
      why: 'through a file denies nothing: nobody can go through it',
      content: { '/w/l.env': { to: 'file/../data' }, '/w/file': 'file', '/w/data': 'file' },
      denied: [],
    },
    {
      why: 'in a loop denies nothing: nobody can go through it',
      content: { '/w/l.env': { to: 'm.env' }, '/w/m.env': { to: 'l.env' } },
      denied: [],
    },
    {
      why: 'to a place that the sandbox has for itself denies nothing there',
      content: {
        '/w/l.env': { to: '/dev/null' },
        '/dev/null': 'device',
        '/w/m.env': { to: '/proc/self/environ' },
        '/proc/self/environ': 'file',
      },
      denied: [],
    },
    {
      why: 'to shared memory denies it, because a policy can grant that of the host',
      content: { '/w/l.env': { to: '/dev/shm/x' }, '/dev/shm/x': 'file' },
      denied: ['/dev/shm/x'],
    },
  ] satisfies (Partial<Case> & { why: string; content: DiskContent; denied: string[] })[])(
    '$why',
    ({ denied, ...example }) => {
      expect(find({ globs: ['/w/**/*.env'], ...example }).denied).toEqual(denied)
    },
  )

  test('that matches and leads to / is refused, with its name', () => {
    const refused = () => find({ globs: ['/w/*.env'], content: { '/w/x.env': { to: '..' } } })
    expect(refused).toThrow(PolicyUnsupportedError)
    expect(refused).toThrow('cannot enforce the glob /w/*.env: it matches /w/x.env, which leads to /')
  })
})

describe('the depth limit', () => {
  const content: DiskContent = { '/w/0': 'file', '/w/a/1': 'file', '/w/a/b/2': 'file', '/w/a/b/c/3': 'file' }
  test.each([
    { maxDepth: 1, globs: ['/w/**/[0-9]'], denied: ['/w/0'], why: '1 is what is directly in the root' },
    { maxDepth: 2, globs: ['/w/**/[0-9]'], denied: ['/w/0', '/w/a/1'], why: '2 is one level more' },
    { maxDepth: 1, globs: ['/w/a/**/[0-9]'], denied: ['/w/a/1'], why: 'it counts from the fixed directory' },
    { maxDepth: 1, globs: ['/w/a/b/2'], denied: ['/w/a/b/2'], why: 'a fixed name is always near enough' },
    { maxDepth: 1, globs: ['/w/*/b/*'], denied: [], why: 'components of the pattern are levels too' },
    {
      maxDepth: 1,
      globs: ['/w/{[0-9],a/b/*}'],
      denied: ['/w/0', '/w/a/b/2', '/w/a/b/c'],
      why: 'each alternative has its own fixed directory',
    },
    {
      maxDepth: undefined,
      globs: ['/w/**/[0-9]'],
      denied: ['/w/0', '/w/a/1', '/w/a/b/2', '/w/a/b/c/3'],
      why: 'without one, all levels',
    },
  ])('$maxDepth for $globs: $why', ({ maxDepth, globs, denied }) => {
    expect(find({ globs, content, ...(maxDepth === undefined ? {} : { maxDepth }) }).denied).toEqual(denied)
  })
})

describe('the walk lists', () => {
  test.each([
    {
      why: 'no directory in which nothing can match any more',
      globs: ['/w/src/*/*.env'],
      content: { '/w/src/a/b/c/x.env': 'file', '/w/other/x.env': 'file' },
      listed: ['/w/src', '/w/src/a'],
    },
    {
      why: 'no directory in which only fixed names can match: those are looked at one by one',
      globs: ['/w/*/conf/key'],
      content: { '/w/a/conf/key': 'file', '/w/b/x/y': 'file' },
      listed: ['/w'],
    },
    {
      why: 'nothing inside a match',
      globs: ['/w/**/secret'],
      content: { '/w/secret/a/b': 'file' },
      listed: ['/w'],
    },
    {
      why: 'nothing inside a directory that is denied as a whole',
      globs: ['/w/**/*.env'],
      entries: { '/w/d': 'deny' },
      content: { '/w/d/e/f': 'file' },
      listed: ['/w'],
    },
    {
      why: 'of a denied directory only the way to what is granted in it',
      globs: ['/w/**/*.env'],
      entries: { '/w/d': 'deny', '/w/d/e/open': 'read' },
      content: { '/w/d/x/y': 'file', '/w/d/e/open/z': 'file', '/w/d/e/shut/z': 'file' },
      listed: ['/w', '/w/d', '/w/d/e', '/w/d/e/open'],
    },
    {
      why: 'every directory once, for any number of globs',
      globs: ['/w/**/*.env', '/w/**/*.pem', '/w/a/**/*.key', '**/.{netrc,npmrc}'],
      content: { '/w/a/x.pem': 'file', '/w/a/b/x.key': 'file' },
      listed: ['/w', '/w/a', '/w/a/b'],
    },
  ] satisfies (Case & { why: string; listed: string[] })[])('$why', ({ listed, ...example }) => {
    expect(find(example).disk.listed).toEqual(listed)
  })
})

describe('refused is a glob', () => {
  test.each([
    { glob: '/**/*.env', why: 'the whole disk' },
    { glob: '/*.env', why: 'no directory is fixed' },
    { glob: '/tm*/x', why: 'the start of a name is no directory' },
    { glob: '/{a,b*}/x', why: 'one alternative begins with a wildcard' },
    { glob: '/', why: 'there would be nothing left' },
    { glob: '/all/**/*.env', why: 'its directory is a link to /' },
    { glob: '/proc/*/environ', why: 'the sandbox has its own /proc' },
  ])('$glob: $why', ({ glob }) => {
    const refused = () => find({ globs: [glob], content: { '/all': { to: '/' }, '/proc/1/environ': 'file' } })
    expect(refused).toThrow(PolicyUnsupportedError)
    expect(refused).toThrow(`cannot enforce the glob ${glob}: `)
  })

  test('that matches more than 8192 paths, with what to do instead', () => {
    const files = (count: number): DiskContent =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`/w/${index}.env`, 'file' as const]))
    expect(find({ globs: ['/w/*.env'], content: files(8192) }).denied).toHaveLength(8192)
    expect(() => find({ globs: ['/w/*.env'], content: files(8193) })).toThrow(
      'globs match more than 8192 paths',
    )
  })
})

describe('a name that is no UTF-8', () => {
  const findNamed = (name: string, kind: 'file' | 'directory') =>
    find({ globs: ['/w/**/*.env'], content: {}, readDirectory: () => [{ name, kind, hasNoPath: true }] })

  test.each([
    { name: '\uFFFD.env', kind: 'file', why: 'it matches, and no mount can be made for it' },
    { name: '\uFFFD', kind: 'directory', why: 'what matches in it would not be found' },
  ] as const)('is refused for a $kind: $why', ({ name, kind }) => {
    expect(() => findNamed(name, kind)).toThrow(PolicyUnsupportedError)
    expect(() => findNamed(name, kind)).toThrow('a glob in the directory /w')
  })

  test('does not matter where nothing depends on it', () => {
    expect(findNamed('\uFFFD.txt', 'file').denied).toEqual([])
  })
})

test('a directory that cannot be listed is fatal, and the error is that of the disk', () => {
  const content: DiskContent = { '/w/a/b': 'file' }
  const disk = memoryDisk(content)
  const refusal = new SandboxSetupError({ step: 'plan', errno: 13 }, 'cannot list the directory /w/a')
  const readDirectory = (path: AbsolutePath) => {
    if (path === '/w/a') throw refusal
    return disk.readDirectory(path)
  }
  expect(() => find({ globs: ['/w/**/*.env'], content, readDirectory })).toThrow(refusal)
  expect(find({ globs: ['/w/*.env'], content, readDirectory }).denied).toEqual([])
  expect(
    find({ globs: ['/w/**/*.env'], content, entries: { '/w/a': 'deny' }, readDirectory }).denied,
  ).toEqual(['/w/a'])
})

test('what leads to nothing is noted where the command could create it', () => {
  const { notes } = find({
    globs: ['/w/gone/*.env', '/gone/*.env', '/w/*.env'],
    content: { '/w/x.env': { to: 'later' }, '/w/y.env': { to: '/later' } },
  })
  expect(notes).toEqual([
    {
      kind: 'rule-missing',
      path: '/w/gone',
      message:
        'there is no directory /w/gone, so /w/gone/*.env denies nothing there; the command can create it',
    },
    {
      kind: 'rule-missing',
      path: '/w/later',
      message:
        '/w/x.env leads to /w/later, which does not exist, so /w/*.env denies nothing there; the command can create it',
    },
  ])
})

test('of several globs that match, the first in the document is the cause', () => {
  const { rules } = find({
    globs: ['/w/a/*.env', '/w/**/x.*', '/w/**/*.env'],
    content: { '/w/a/x.env': 'file', '/w/b/x.env': 'file' },
  })
  const causes = rules
    .sorted()
    .flatMap(({ path, cause }) => (cause.kind === 'entry' ? [`${path} ${cause.origin.spelling}`] : []))
  expect(causes).toEqual(['/ /', '/w /w', '/w/a/x.env /w/a/*.env', '/w/b/x.env /w/**/x.*'])
})
