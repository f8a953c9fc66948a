import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorkshop, reasonToSkip } from './host.js'
import { requestFor, run, start } from './run.js'

const BUILD = fileURLToPath(new URL('../../../../tools/build-native/build.mjs', import.meta.url))
const PROGRAM = 'linux-sandbox-native'
const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'native-builds-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

function build(name: string, env: Record<string, string>) {
  const output = join(directory, name)
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUILD, output], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    encoding: 'utf8',
  })
  return { status, stdout, stderr, file: join(output, arch, PROGRAM) }
}

const checksum = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

describe('the build', () => {
  test('gives the same bytes twice, and nothing of this machine is in them', () => {
    const [one, two] = [build('one', { NATIVE_ARCHS: arch }), build('two', { NATIVE_ARCHS: arch })]
    expect(one).toMatchObject({ status: 0, stderr: '' })
    expect(checksum(one.file)).toBe(checksum(two.file))
    expect(readFileSync(one.file, 'latin1')).not.toContain(process.cwd())
  }, 60_000)

  test('says what it built and what it skipped and why', () => {
    expect(build('all', {}).stdout).toMatch(/^x86_64: (built|skipped, ).*\naarch64: (built|skipped, ).*\n$/)
  }, 60_000)

  test('fails when an architecture that was asked for cannot be built', () => {
    const { status, stdout } = build('none', { NATIVE_ARCHS: arch, CC: 'no-such-compiler' })
    expect({ status, stdout }).toEqual({
      status: 1,
      stdout: `${arch}: skipped, no compiler (no-such-compiler)\n`,
    })
    expect(build('wrong', { NATIVE_ARCHS: 'sparc' })).toMatchObject({ status: 1 })
  })

  test('every C file names its licence first and stays below 300 lines', () => {
    const sources = fileURLToPath(new URL('../../native/', import.meta.url))
    for (const name of readdirSync(sources)) {
      const lines = readFileSync(join(sources, name), 'utf8').split('\n')
      expect({ name, first: lines[0] }).toEqual({ name, first: '// SPDX-License-Identifier: Apache-2.0' })
      expect(lines.length).toBeLessThan(300)
    }
  })
})

describe.skipIf(reasonToSkip())('a program built with cc and glibc', () => {
  test('does what the other one does', async () => {
    const built = build('glibc', { NATIVE_ARCHS: arch, CC: 'cc' })
    expect(built).toMatchObject({ status: 0, stderr: '' })
    const { program, remove } = openWorkshop(built.file)
    const outcome = await run({ program }, ['sh', '-c', 'echo out; echo err >&2; exit 5'])
    expect([outcome.stdout.toString(), outcome.stderr.toString()]).toEqual(['out\n', 'err\n'])
    expect(outcome).toMatchObject({
      exitCode: 5,
      reports: [{ kind: 'started' }, { kind: 'ended', exitCode: 5 }],
    })
    expect(await run({ program }, ['missing'])).toMatchObject({ exitCode: 127 })
    const waiting = start({ program, pieces: [requestFor(['sh', '-c', 'echo ready; sleep 9'])] })
    await waiting.said('ready')
    waiting.child.kill('SIGINT')
    expect(await waiting.done).toMatchObject({ signal: 'SIGINT' })
    remove()
  }, 60_000)
})
