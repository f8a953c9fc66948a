import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { missingCommands, provideCommands } from '../debian-packages.mjs'
import { temporaryDirectory, writeText } from './workspace-fixture.ts'

/** What `provideCommands` said. */
let said: string[]

beforeEach(() => {
  said = []
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0)
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** Makes `commands` (name to shell script) the only ones on PATH, beside a shell. */
function onlyCommands(commands: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory()
  for (const [name, script] of Object.entries(commands)) {
    writeText(join(directory, name), `#!/bin/sh\nPATH=/usr/bin:/bin\ncd ${directory}\n${script}\n`, 0o755)
  }
  vi.stubEnv('PATH', directory)
  return directory
}

function missingNames(
  ...purposes: Parameters<typeof missingCommands>[0] extends ReadonlySet<infer P> ? P[] : never
) {
  return missingCommands(new Set(purposes)).map(({ command }) => command)
}

test('only what a purpose needs is missed', () => {
  onlyCommands({ git: '', cc: '' })
  expect(missingNames('run')).toEqual(['bwrap'])
  expect(missingNames('build')).toEqual(['musl-gcc'])
  expect(missingNames('build', 'build-engine')).toEqual(['musl-gcc', 'wasm2c'])
  expect(missingNames('run', 'test')).toEqual(
    expect.arrayContaining(['bwrap', 'python3', 'curl', 'wget', 'openssl', 'script']),
  )
  expect(missingNames('run', 'test')).not.toContain('git')
  expect(missingNames('ci')).toEqual(['go', 'javac'])
  expect(missingNames('emulate')).toContain('qemu-system-x86_64')
})

test('a file that cannot be executed is no command', () => {
  const directory = onlyCommands({ bwrap: '' })
  expect(missingNames('run')).toEqual([])
  chmodSync(join(directory, 'bwrap'), 0o644)
  expect(missingNames('run')).toEqual(['bwrap'])
})

describe('for root with apt-get', () => {
  beforeEach(() => {
    vi.spyOn(process, 'getuid').mockReturnValue(0)
  })

  const INSTALL = 'for p; do case $p in bubblewrap) touch bwrap; chmod +x bwrap;; esac; done'

  test('what is missing is installed, without a look at the network for lists', async () => {
    const directory = onlyCommands({ 'apt-get': `echo "$1 $DEBIAN_FRONTEND" >>log; ${INSTALL}` })
    await provideCommands(missingCommands(new Set(['run'])))
    expect(missingNames('run')).toEqual([])
    expect(readFileSync(join(directory, 'log'), 'utf8')).toBe('install noninteractive\n')
    expect(said).toEqual(['setup: installing bubblewrap with apt-get\n'])
  })

  test('the package lists are fetched when there are none', async () => {
    const directory = onlyCommands({
      'apt-get': `echo $1 >>log; [ $1 = update ] && touch lists; [ -e lists ] || exit 100; ${INSTALL}`,
    })
    await provideCommands(missingCommands(new Set(['run'])))
    expect(missingNames('run')).toEqual([])
    expect(readFileSync(join(directory, 'log'), 'utf8')).toBe('install\nupdate\ninstall\n')
  })

  test('a failure shows what apt-get wrote', async () => {
    onlyCommands({ 'apt-get': 'echo "no route"; exit 100' })
    const provided = provideCommands(missingCommands(new Set(['run'])))
    await expect(provided).rejects.toMatchObject({
      message: 'bwrap is missing; sudo apt-get install bubblewrap',
      output: 'no route\nno route\n',
    })
  })
})

describe('for an ordinary user', () => {
  beforeEach(() => {
    vi.spyOn(process, 'getuid').mockReturnValue(1000)
    onlyCommands({ 'apt-get': 'touch called; exit 100', cc: '', python3: '' })
  })

  test('a missing bwrap stops everything with one line that says what to install', async () => {
    const provided = provideCommands(missingCommands(new Set(['run'])))
    await expect(provided).rejects.toMatchObject({
      message: 'bwrap is missing; sudo apt-get install bubblewrap',
      output: '',
    })
    expect(said).toEqual([])
  })

  test('where there is no apt-get, none is recommended', async () => {
    onlyCommands({})
    const provided = provideCommands(missingCommands(new Set(['run'])))
    await expect(provided).rejects.toThrow('bwrap is missing; install what Debian calls bubblewrap')
  })

  test('what can be done without is said and does not stop anything', async () => {
    await provideCommands(missingCommands(new Set(['build', 'build-engine'])))
    expect(said).toEqual([
      'setup: musl-gcc is missing: cc -static builds the native program and the static helper, which come out bigger (sudo apt-get install musl-tools)\n',
      'setup: wasm2c is missing: codex-linux-sandbox is not built as one static file, and runs on Node (sudo apt-get install wabt)\n',
    ])
  })
})
