import { expect, test } from 'vitest'
import { overlongFiles } from '../file-length.mjs'
import { temporaryDirectory } from './workspace-fixture.ts'

test('C is held to 300 lines, and to 500 in tests', () => {
  const root = temporaryDirectory({
    'packages/a/native/fits.c': '\n'.repeat(300),
    'packages/a/native/long.c': '\n'.repeat(301),
    'packages/a/native/long.h': '\n'.repeat(400),
    'packages/a/test/fits.c': '\n'.repeat(500),
    'packages/a/test/long.c': '\n'.repeat(501),
    'packages/a/dist/generated.c': '\n'.repeat(900),
    'tools/a/table.json': '\n'.repeat(900),
  })
  expect(overlongFiles(root).toSorted()).toEqual([
    'packages/a/native/long.c has 301 lines, 300 are allowed',
    'packages/a/native/long.h has 400 lines, 300 are allowed',
    'packages/a/test/long.c has 501 lines, 500 are allowed',
  ])
})
