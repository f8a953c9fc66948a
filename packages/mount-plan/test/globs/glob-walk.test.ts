import { PolicyUnsupportedError, SandboxSetupError } from '@linux-sandbox/errors'
import type { AbsolutePath } from '@linux-sandbox/policy'
import { describe, expect, test } from 'vitest'
import { find, type Case } from './find.ts'
import { memoryDisk, type DiskContent } from '../memory-disk.ts'

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
