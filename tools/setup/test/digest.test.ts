import { rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contentDigest, sourceDigest } from '../digest.mjs'
import { temporaryDirectory, writeText } from './workspace-fixture.ts'

const FILES = {
  'packages/a/src/index.ts': 'export {}',
  'packages/a/dist/index.js': 'built',
  'packages/a/bin/native': 'built',
  'packages/a/test/a.test.ts': 'test',
  'packages/a/.turbo/log': 'log',
  'packages/a/node_modules/b/index.js': 'b',
}

test.each([
  { path: 'packages/a/src/index.ts', changes: true, why: 'it is a source' },
  { path: 'packages/a/src/new/file.ts', changes: true, why: 'it is new' },
  { path: 'packages/a/dist/index.js', changes: false, why: 'the build wrote it' },
  { path: 'packages/a/bin/native', changes: false, why: 'the build wrote it' },
  { path: 'packages/a/test/a.test.ts', changes: false, why: 'no build reads it' },
  { path: 'packages/a/.turbo/log', changes: false, why: 'turbo wrote it' },
  { path: 'packages/a/node_modules/b/index.js', changes: false, why: 'pnpm wrote it' },
])('a new text in $path changes the source digest: $changes ($why)', ({ path, changes }) => {
  const root = temporaryDirectory(FILES)
  const before = sourceDigest(root, ['packages'])
  writeText(join(root, path), 'a text of another length')
  expect(sourceDigest(root, ['packages']) !== before).toBe(changes)
})

test('a source of the same size but another time changes the source digest', () => {
  const root = temporaryDirectory(FILES)
  const before = sourceDigest(root, ['packages'])
  utimesSync(join(root, 'packages/a/src/index.ts'), 1, 1)
  expect(sourceDigest(root, ['packages'])).not.toBe(before)
})

test('the content digest sees a changed and a missing file, and neither times nor the order of names', () => {
  const root = temporaryDirectory({ 'a.json': '1', 'b.json': '2' })
  const before = contentDigest(root, ['a.json', 'b.json'])
  utimesSync(join(root, 'a.json'), 1, 1)
  expect(contentDigest(root, ['b.json', 'a.json'])).toBe(before)

  writeText(join(root, 'a.json'), '3')
  const changed = contentDigest(root, ['a.json', 'b.json'])
  rmSync(join(root, 'a.json'))
  const missing = contentDigest(root, ['a.json', 'b.json'])
  expect(new Set([before, changed, missing]).size).toBe(3)
})
