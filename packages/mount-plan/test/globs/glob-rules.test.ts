import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { describe, expect, test } from 'vitest'
import { find, type Case } from './find.ts'
import type { DiskContent } from '../memory-disk.ts'

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
