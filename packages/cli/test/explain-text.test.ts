import { spawnSync } from 'node:child_process'
import { absolutePath, type Access } from '@linux-sandbox/policy'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { argumentLines } from '../src/argument-lines.ts'
import { styleFor } from '../src/style.ts'
import { treeLines } from '../src/tree.ts'

const PLACES = (
  [
    ['/', 'read', 'a'],
    ['/dev', 'read', 'b'],
    ['/dev/shm', 'write', 'c'],
    ['/home/me', 'deny', 'd'],
    ['/home/me/w', 'write', 'e'],
    ['/home/me/w/a b', 'read', 'f'],
    ['/home/meadow', 'write', 'g'],
  ] as const
).map(([path, access, rule]) => ({ path: absolutePath(path), access: access as Access, rule }))

const PLAIN = { hasColour: false, isUtf8: true }

test('places are a tree of their own directories', () => {
  expect(treeLines(PLACES, PLAIN)).toEqual([
    '/                  read   a',
    '├── dev            read   b',
    '│   └── shm        write  c',
    '├── home/me        deny   d',
    '│   └── w          write  e',
    '│       └── "a b"  read   f',
    '└── home/meadow    write  g',
  ])
})

test('without UTF-8 the tree has no other characters than ASCII, and colour is around the access only', () => {
  const lines = treeLines(PLACES, { hasColour: true, isUtf8: false })
  expect(lines[2]).toBe('|   `-- shm        \u001B[32mwrite\u001B[0m  c')
  expect(lines.join('').replaceAll('\u001B', '')).toMatch(/^[ -~]*$/)
})

test('a name cannot forge a line or reach the terminal', () => {
  const place = { path: absolutePath('/x\n\u001B[2J'), access: 'write', rule: '' } as const
  expect(treeLines([place], PLAIN)).toEqual([String.raw`"/x\n\u001b[2J"  write  `])
})

test.each([
  { isTerminal: true, env: { LANG: 'C.UTF-8' }, hasColour: true, isUtf8: true },
  { isTerminal: true, env: { LANG: 'de_DE.utf8', LC_ALL: 'C' }, hasColour: true, isUtf8: false },
  { isTerminal: true, env: { LC_CTYPE: 'C.UTF-8', NO_COLOR: '1' }, hasColour: false, isUtf8: true },
  { isTerminal: true, env: { NO_COLOR: '' }, hasColour: true, isUtf8: false },
  { isTerminal: true, env: { TERM: 'dumb' }, hasColour: false, isUtf8: false },
  { isTerminal: false, env: { LANG: 'C.UTF-8' }, hasColour: false, isUtf8: true },
])(
  'on a terminal ($isTerminal) with $env: colour $hasColour, UTF-8 $isUtf8',
  ({ isTerminal, env, ...style }) => {
    expect(styleFor({ isTerminal, env })).toEqual(style)
  },
)

test('the arguments of a program are a line for each option', () => {
  const words = [
    '/usr/bin/bwrap',
    '--as-pid-1',
    '--bind',
    '/a b',
    '/a b',
    '--perms',
    '0111',
    '--tmpfs',
    '/x',
    '--',
    'run',
    '-x',
  ]
  expect(argumentLines(words)).toEqual([
    '/usr/bin/bwrap \\',
    '  --as-pid-1 \\',
    "  --bind '/a b' '/a b' \\",
    '  --perms 0111 --tmpfs /x \\',
    '  -- run -x',
  ])
  expect(argumentLines(['bwrap'])).toEqual(['bwrap'])
})

test('a shell gives back the arguments as they were', () => {
  const anyWord = fc.oneof(
    fc.constantFrom('', "it's", '$(x)', '`x`', '\\', 'a\nb', '*', '~', '"', '-x', '--bind', '#', '!'),
    fc.string().filter((text) => !text.includes('\0') && !/\p{Surrogate}/u.test(text)),
  )
  fc.assert(
    fc.property(fc.array(anyWord, { minLength: 1 }), (words) => {
      const script = `set -- ${argumentLines(['x', ...words]).join('\n')}\nprintf '%s\\0' "$@"`
      const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' })
      expect(stdout.split('\0').slice(1, -1)).toEqual(words)
    }),
    { numRuns: 60 },
  )
})
