import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const MAIN = join(import.meta.dirname, '../main.mjs')
const hasDpkg = spawnSync('dpkg-deb', ['--version']).status === 0

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'bundle-bwrap-test-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** A binary package with these files. */
function packageWith(files: Readonly<Record<string, string>>): string {
  const tree = directory()
  const control =
    'Package: bubblewrap\nVersion: 1\nArchitecture: all\nMaintainer: a test\nDescription: a test\n'
  for (const [path, text] of Object.entries({ 'DEBIAN/control': control, ...files })) {
    mkdirSync(dirname(join(tree, path)), { recursive: true })
    writeFileSync(join(tree, path), text)
  }
  const file = join(directory(), 'bubblewrap.deb')
  const { status, stderr } = spawnSync('dpkg-deb', ['--build', tree, file], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return file
}

function bundle(...args: string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' })
  return { status, stderr }
}

const PROGRAM = '\u007FELF and more'
const COPYRIGHT = { 'usr/share/doc/bubblewrap/copyright': 'free' }

test.skipIf(!hasDpkg)('the program of a package is written with its digest and its licence', () => {
  const output = join(directory(), 'new')
  const deb = packageWith({ 'usr/bin/bwrap': PROGRAM, ...COPYRIGHT })
  // The second replaces what the first has written.
  for (let run = 0; run < 2; run++) {
    expect(bundle('--deb', deb, '--output', output)).toEqual({ status: 0, stderr: '' })
  }
  expect(readdirSync(output).toSorted()).toEqual(['bwrap', 'bwrap.copyright', 'bwrap.sha256'])
  expect(readFileSync(join(output, 'bwrap'), 'utf8')).toBe(PROGRAM)
  expect(readFileSync(join(output, 'bwrap.copyright'), 'utf8')).toBe('free')
  expect(statSync(join(output, 'bwrap')).mode & 0o7777).toBe(0o755)
  expect(spawnSync('sha256sum', ['-c', 'bwrap.sha256'], { cwd: output }).status).toBe(0)
})

test.skipIf(!hasDpkg).each([
  { why: 'no bwrap', files: COPYRIGHT, message: /has no file usr\/bin\/bwrap/ },
  { why: 'no licence', files: { 'usr/bin/bwrap': PROGRAM }, message: /has no file usr\/share/ },
  { why: 'a script', files: { 'usr/bin/bwrap': '#!/bin/sh\n', ...COPYRIGHT }, message: /no ELF program/ },
])('a package with $why leaves what was there', ({ files, message }) => {
  const output = directory()
  const { status, stderr } = bundle('--deb', packageWith(files), '--output', output)
  expect(status).toBe(1)
  expect(stderr).toMatch(/^bundle-bwrap: .*\n$/)
  expect(stderr).toMatch(message)
  expect(readdirSync(output)).toEqual([])
})

test.each([
  { args: ['--deb', '/no/such/file.deb'], message: /dpkg-deb .*(failed|could not be started)/ },
  { args: ['--unknown'], message: /usage: / },
])('$args is told in a line, without a stack', ({ args, message }) => {
  const { status, stderr } = bundle(...args, '--output', directory())
  expect(status).toBe(1)
  expect(stderr).toMatch(message)
  expect(stderr).not.toContain('    at ')
})
