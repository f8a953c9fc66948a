import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileGlob } from '../src/globs.js'
import { absolutePath, globProblem, matchesGlob, pathComponents } from '../src/index.js'
import { anyGlob, anyPath } from './arbitraries.js'

function matches(pattern: string, path: string, base = '/repo'): boolean {
  return matchesGlob(compileGlob(pattern, absolutePath(base)), absolutePath(path))
}

describe('a glob', () => {
  test.each([
    { pattern: '/a/*.env', path: '/a/x.env', is: true, why: '* is any part of a name' },
    { pattern: '/a/*.env', path: '/a/.env', is: true, why: 'also none, and hidden names are names' },
    { pattern: '/a/*.env', path: '/a/b/x.env', is: false, why: '* stays within a component' },
    { pattern: '/a/?', path: '/a/b', is: true, why: '? is one character' },
    { pattern: '/a/?', path: '/a/💾', is: true, why: 'also one of two UTF-16 units' },
    { pattern: '/a/?', path: '/a/bc', is: false, why: 'not two' },
    { pattern: '/a?b', path: '/a/b', is: false, why: '? is no slash' },
    { pattern: '/a/**/k', path: '/a/k', is: true, why: '** is no component' },
    { pattern: '/a/**/k', path: '/a/b/c/k', is: true, why: '** is two components' },
    { pattern: '/**/k', path: '/k', is: true, why: '** at the start' },
    { pattern: '/a/**', path: '/a/b/c', is: true, why: '** at the end is all that is below' },
    { pattern: '/a/**', path: '/a', is: false, why: 'and not the directory itself' },
    { pattern: '/a/**/**', path: '/a/b', is: true, why: 'twice is as once' },
    { pattern: '/a/b**', path: '/a/bcd', is: true, why: '** in a component is *' },
    { pattern: '/a/b**', path: '/a/b/c', is: false, why: 'and stays within it' },
    { pattern: '/a/[bc]', path: '/a/c', is: true, why: 'a class' },
    { pattern: '/a/[b-d]', path: '/a/c', is: true, why: 'a range' },
    { pattern: '/a/[!b-d]', path: '/a/c', is: false, why: 'a negated range' },
    { pattern: '/a/[^b]', path: '/a/c', is: true, why: 'negated by ^' },
    { pattern: '/a[!x]b', path: '/a/b', is: false, why: 'no class contains a slash' },
    { pattern: '/a/[]]', path: '/a/]', is: true, why: 'a ] in the first place' },
    { pattern: '/a/[a-]', path: '/a/-', is: true, why: 'a - in the last place' },
    { pattern: '/a/[b', path: '/a/[b', is: true, why: 'an unclosed [ is literal' },
    { pattern: '/a/[b', path: '/a/b', is: false, why: 'and no class' },
    { pattern: '/a/[b/c]d', path: '/a/[b/c]d', is: true, why: 'nor is one closed in another component' },
    { pattern: '/a/[💾]', path: '/a/💾', is: true, why: 'a class of characters, not of UTF-16 units' },
    { pattern: '/a/{b,c}.x', path: '/a/c.x', is: true, why: 'alternatives' },
    { pattern: '/a/{b,c/d}/e', path: '/a/c/d/e', is: true, why: 'alternatives with a slash' },
    { pattern: '/a/{b,{c,d}e}', path: '/a/de', is: true, why: 'nested alternatives' },
    { pattern: '/a{,b}', path: '/a', is: true, why: 'an empty alternative' },
    { pattern: '/a/b,c', path: '/a/b,c', is: true, why: 'a comma outside braces' },
    { pattern: '/a/[{]', path: '/a/{', is: true, why: 'a brace in a class' },
    { pattern: '/a/\\*', path: '/a/*', is: true, why: 'an escaped *' },
    { pattern: '/a/\\*', path: '/a/b', is: false, why: 'is a star only' },
    { pattern: '/a/(b|c)', path: '/a/(b|c)', is: true, why: 'parentheses are literal' },
    { pattern: '/a/!b', path: '/a/!b', is: true, why: 'as is !' },
    { pattern: '/a/x.y', path: '/a/xzy', is: false, why: 'and a dot' },
    { pattern: '/a/B', path: '/a/b', is: false, why: 'case counts' },
    { pattern: '*.env', path: '/repo/x.env', is: true, why: 'a relative pattern starts at the base' },
    { pattern: '*.env', path: '/x.env', is: false, why: 'and only there' },
    { pattern: '../*.env', path: '/x.env', is: true, why: '.. goes up from it' },
    { pattern: './/a/./*', path: '/repo/a/b', is: true, why: 'empty components and dots are nothing' },
    { pattern: '/a', path: '/a', is: true, why: 'no wildcard' },
    { pattern: '/', path: '/', is: true, why: 'the root' },
  ])('$pattern matches $path: $is ($why)', ({ pattern, path, is }) => {
    expect(globProblem(pattern)).toBeUndefined()
    expect(matches(pattern, path)).toBe(is)
  })

  test('takes the characters of its base literally', () => {
    expect(matches('*.env', '/[ab]*/x.env', '/[ab]*')).toBe(true)
    expect(matches('*.env', '/ac/x.env', '/[ab]*')).toBe(false)
  })

  test.each([
    { pattern: '', problem: /empty/ },
    { pattern: '/a/[z-a]', problem: /reversed range z-a/ },
    { pattern: '/a/{b', problem: /\{ without its \}/ },
    { pattern: '/a/b}', problem: /\} without its \{/ },
    { pattern: '/a\\', problem: /backslash/ },
    { pattern: '/a/*/../b', problem: /\.\. from a wildcard/ },
    { pattern: '/a\0', problem: /NUL/ },
    { pattern: '{a,b}'.repeat(11), problem: /more than 1024/ },
    { pattern: '{'.repeat(1000) + '}'.repeat(1000), problem: /deeper than 16/ },
  ])('$pattern is malformed', ({ pattern, problem }) => {
    expect(globProblem(pattern)).toMatch(problem)
    expect(() => compileGlob(pattern, absolutePath('/'))).toThrow(TypeError)
  })

  test('is matched in time that does not explode', () => {
    const started = performance.now()
    expect(matches(`/**/${'a*'.repeat(40)}b`, `/${'a'.repeat(250)}/${'a'.repeat(250)}`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(1000)
  })

  test('matches what a regular expression for it matches', () => {
    fc.assert(
      fc.property(anyGlob, anyPath, (glob, path) => {
        const pattern = `/${glob}`
        expect(matches(pattern, path)).toBe(naiveMatch(pattern, path))
      }),
      { numRuns: 2000 },
    )
  })

  test('is a glob or has a problem, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a/*?[]!-{},\\.~') }), (pattern) => {
        const problem = globProblem(pattern)
        if (problem === undefined) compileGlob(pattern, absolutePath('/a'))
        else expect(() => compileGlob(pattern, absolutePath('/a'))).toThrow(TypeError)
      }),
      { numRuns: 2000 },
    )
  })
})

/** One way through the components at a time, one regular expression for each. */
function naiveMatch(pattern: string, path: string): boolean {
  return withoutBraces(pattern).some((text) => {
    const components = text.split('/').filter((component) => component !== '')
    return matchFrom(components, pathComponents(absolutePath(path)))
  })
}

function withoutBraces(pattern: string): string[] {
  const match = /\{(\w),(\w)\}/.exec(pattern)
  if (match === null) return [pattern]
  return [match[1], match[2]].flatMap((choice) => withoutBraces(pattern.replace(match[0], choice ?? '')))
}

function matchFrom([first, ...rest]: readonly string[], names: readonly string[]): boolean {
  if (first === undefined) return names.length === 0
  if (first === '**') {
    if (rest.every((component) => component === '**')) return names.length > 0
    return names.concat('').some((_, skipped) => matchFrom(rest, names.slice(skipped)))
  }
  const [name, ...others] = names
  const source = first.replaceAll('.', '\\.').replaceAll(/\*+/g, '.*').replaceAll('?', '.')
  return name !== undefined && new RegExp(`^${source}$`).test(name) && matchFrom(rest, others)
}
