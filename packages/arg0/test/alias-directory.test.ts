import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { aliasDirectory } from '../src/alias-directory.ts'

let parent = ''
beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'alias-test-'))))
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(parent, { recursive: true })
})

const MODULE = JSON.stringify(join(import.meta.dirname, '../dist/index.js'))

/** Another process that makes an alias directory in `parent` and then does `then`; and the directory's path. */
async function otherProcess(then: string): Promise<{ readonly child: ChildProcess; readonly path: string }> {
  const program = `
    import { aliasDirectory } from ${MODULE}
    const { path } = await aliasDirectory({ names: ['one'], target: '/bin/true', parent: ${JSON.stringify(parent)} })
    process.stdout.write(path)
    ${then}`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, path: chunk.toString() }
}

const STAY = 'setInterval(() => undefined, 1000)'

test('the program is found by its name in front of the search path', async () => {
  const aliases = await aliasDirectory({ names: ['one', 'two'], target: '/bin/echo', parent })
  const { stdout } = spawnSync('two', ['hello'], {
    env: { PATH: aliases.prependTo('/usr/bin') },
    encoding: 'utf8',
  })
  expect(stdout).toBe('hello\n')
  expect(aliases.prependTo('')).toBe(aliases.path)
  aliases.remove()
})

test('nobody else has access to it, and it is gone afterwards', async () => {
  const aliases = await aliasDirectory({ names: ['one'], target: '/bin/echo', parent })
  expect(lstatSync(aliases.path).mode & 0o777).toBe(0o700)
  expect(lstatSync(dirname(aliases.path)).mode & 0o777).toBe(0o700)
  aliases.remove()
  expect(existsSync(aliases.path)).toBe(false)
})

test('without a target the names are those of the running program', async () => {
  const aliases = await aliasDirectory({ names: ['one'], parent })
  expect(existsSync(join(aliases.path, 'one'))).toBe(true)
  aliases.remove()
})

test('a home in which nothing can be made does not matter where another place can be used', async () => {
  vi.stubEnv('HOME', '/proc')
  vi.stubEnv('XDG_RUNTIME_DIR', parent)
  const aliases = await aliasDirectory({ names: ['one'], target: '/bin/true' })
  expect(dirname(dirname(aliases.path))).toBe(parent)
  aliases.remove()
})

test('a name that is given twice is there once', async () => {
  const aliases = await aliasDirectory({ names: ['one', 'one'], target: '/bin/true', parent })
  expect(readdirSync(aliases.path)).toEqual(['in-use', 'one'])
  aliases.remove()
})

test('the end of the process removes it', async () => {
  const { child, path } = await otherProcess('')
  if (child.exitCode === null) await once(child, 'exit')
  expect(existsSync(path)).toBe(false)
})

test('that of a killed process is removed by the next, that of a living one is not', async () => {
  const killed = await otherProcess(STAY)
  const living = await otherProcess(STAY)
  killed.child.kill('SIGKILL')
  await once(killed.child, 'exit')
  expect(existsSync(killed.path)).toBe(true)

  const aliases = await aliasDirectory({ names: ['one'], target: '/bin/true', parent })
  expect(existsSync(killed.path)).toBe(false)
  expect(existsSync(living.path)).toBe(true)
  aliases.remove()
  living.child.kill()
})

test('an unfinished one is removed when it is old, and left alone while somebody makes it', async () => {
  const home = join(parent, 'linux-sandbox-aliases')
  mkdirSync(join(home, 'new-fresh'), { recursive: true })
  mkdirSync(join(home, 'new-older'))
  chmodSync(home, 0o700)
  utimesSync(join(home, 'new-older'), 1, 1)
  const aliases = await aliasDirectory({ names: ['one'], target: '/bin/true', parent })
  expect(readdirSync(home).filter((name) => name.startsWith('new-'))).toEqual(['new-fresh'])
  aliases.remove()
})

test.each([
  {
    title: 'is open to others',
    prepare: (home: string) => mkdirSync(home, { mode: 0o755 }),
  },
  {
    title: 'is no directory',
    prepare: (home: string) => writeFileSync(home, ''),
  },
  {
    title: 'is no directory',
    prepare: (home: string) => symlinkSync('/tmp', home),
  },
])('a place that $title is refused', async ({ title, prepare }) => {
  prepare(join(parent, 'linux-sandbox-aliases'))
  await expect(aliasDirectory({ names: ['one'], target: '/bin/true', parent })).rejects.toThrow(title)
})

test('a place whose path is too long for a socket is refused', async () => {
  const long = join(parent, 'x'.repeat(100))
  mkdirSync(long)
  await expect(aliasDirectory({ names: ['one'], target: '/bin/true', parent: long })).rejects.toThrow(
    'too long',
  )
})

test.each([[['a/b']], [['..']], [['']], [[]]])('names that are none are refused: %j', async (names) => {
  await expect(aliasDirectory({ names, parent })).rejects.toThrow(TypeError)
})
