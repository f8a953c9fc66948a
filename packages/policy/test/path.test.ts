import { PolicyInvalidError } from '@linux-sandbox/errors'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  absolutePath,
  depthOf,
  isInside,
  joinPath,
  parentPath,
  parseAbsolutePath,
  pathComponents,
  pathPrefixes,
} from '../src/index.js'
import { anyPath } from './arbitraries.js'

describe('absolutePath', () => {
  test.each([
    { text: '/', path: '/', why: 'the root' },
    { text: '//', path: '/', why: 'empty components' },
    { text: '/opt/../srv/./x/', path: '/srv/x', why: 'dots and a trailing slash' },
    { text: '/../..', path: '/', why: 'nothing is above the root' },
    { text: '/a//b', path: '/a/b', why: 'a double slash' },
    { text: '/...', path: '/...', why: 'three dots are a name' },
    { text: '/ü 💾', path: '/ü 💾', why: 'any character is' },
  ])('$text is $path: $why', ({ text, path }) => {
    expect(absolutePath(text)).toBe(path)
  })

  test.each([
    { text: '', why: 'empty' },
    { text: 'a/b', why: 'relative' },
    { text: './a', why: 'relative to here' },
    { text: '~/a', why: 'nobody expands ~' },
    { text: 'file:///a', why: 'an address' },
    { text: '/a\0b', why: 'NUL' },
    { text: '/a\ud800', why: 'half of a surrogate pair' },
  ])('refuses $text: $why', ({ text }) => {
    expect(() => absolutePath(text)).toThrow(PolicyInvalidError)
    expect(parseAbsolutePath(text)).toBeUndefined()
  })

  test('gives what it gave for what it gave', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '.', '..', '', '.git')), (components) => {
        const path = absolutePath(`/${components.join('/')}`)
        expect(absolutePath(path)).toBe(path)
        expect(path).toMatch(/^\/$|^(\/(?!\.{1,2}(\/|$))[^/]+)+$/)
      }),
    )
  })
})

describe('parts of paths', () => {
  test.each([
    { path: '/', parent: '/', depth: 0, prefixes: ['/'], components: [] },
    { path: '/a', parent: '/', depth: 1, prefixes: ['/', '/a'], components: ['a'] },
    { path: '/a/b', parent: '/a', depth: 2, prefixes: ['/', '/a', '/a/b'], components: ['a', 'b'] },
  ])('$path has the depth $depth', ({ path: text, parent, depth, prefixes, components }) => {
    const path = absolutePath(text)
    expect(parentPath(path)).toBe(parent)
    expect(depthOf(path)).toBe(depth)
    expect(pathPrefixes(path)).toEqual(prefixes)
    expect(pathComponents(path)).toEqual(components)
  })

  test.each([
    { segments: ['b', 'c'], joined: '/a/b/c' },
    { segments: [], joined: '/a' },
    { segments: [''], joined: '/a' },
    { segments: ['../b'], joined: '/b' },
    { segments: ['../../..'], joined: '/' },
    { segments: ['/b'], joined: '/a/b' },
  ])('/a and $segments join to $joined', ({ segments, joined }) => {
    expect(joinPath(absolutePath('/a'), ...segments)).toBe(joined)
  })

  test('joining refuses what cannot be a part of a path', () => {
    expect(() => joinPath(absolutePath('/a'), 'b\0')).toThrow(PolicyInvalidError)
  })

  test('a path is inside exactly its prefixes', () => {
    fc.assert(
      fc.property(anyPath, anyPath, (path, ancestor) => {
        expect(isInside(path, ancestor)).toBe(pathPrefixes(path).includes(ancestor))
      }),
    )
  })
})
