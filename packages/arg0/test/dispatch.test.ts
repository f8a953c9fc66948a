import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dispatch } from '../src/dispatch.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'arg0-'))
  const dispatchModule = JSON.stringify(join(import.meta.dirname, '../dist/index.js'))
  writeFileSync(
    join(directory, 'multitool.mjs'),
    `#!/usr/bin/env node
import { dispatch } from ${dispatchModule}
const say = (name) => (argv) => console.log(name, ...argv)
if (!(await dispatch({ one: say('one'), two: say('two') }))) console.log('itself')
`,
    { mode: 0o755 },
  )
  symlinkSync('multitool.mjs', join(directory, 'one'))
  symlinkSync('one', join(directory, 'two'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function output(command: string, args: readonly string[] = []): string {
  return spawnSync(command, args, { cwd: directory, encoding: 'utf8' }).stdout
}

test.each([
  { title: 'a link', command: './one', args: ['a', '--b'], expected: 'one a --b\n' },
  { title: 'a link to a link', command: './two', args: [], expected: 'two\n' },
  { title: 'an absolute path', command: 'DIRECTORY/one', args: [], expected: 'one\n' },
  { title: 'a script given to node', command: 'node', args: ['one', 'x'], expected: 'one x\n' },
  {
    title: 'another argv[0]',
    command: 'bash',
    args: ['-c', 'exec -a two node ./multitool.mjs x'],
    expected: 'two x\n',
  },
  { title: 'its own name', command: './multitool.mjs', args: ['one'], expected: 'itself\n' },
])('a program started by $title is the one of that name', ({ command, args, expected }) => {
  expect(output(command.replace('DIRECTORY', directory), args)).toBe(expected)
})

test.each(['constructor', '__proto__', 'toString'])('no program is called %s', async (name) => {
  expect(await dispatch({}, { argv0: name, argv: ['node', `/bin/${name}`] })).toBe(false)
})

test('what the program throws is for the caller', async () => {
  const failing = { one: () => Promise.reject(new Error('no')) }
  await expect(dispatch(failing, { argv0: 'one', argv: [] })).rejects.toThrow('no')
})
