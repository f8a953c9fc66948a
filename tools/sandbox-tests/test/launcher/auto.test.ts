import { readOnly, type PermissionProfile, type SandboxOptions } from 'linux-sandbox'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  runProgram,
  stagedWords,
  userEnvironment,
  withLibrary,
} from '../../support/index.ts'
import { directoryWithBwrap, expectRefusal, READ_ONLY } from '../bad-input/programs.ts'
import { WITHOUT_NAMESPACES } from '../doctor/hosts.ts'
import { profileOf } from '../policy/policies.ts'
import { fakeBwrap } from './fakes.ts'

/** From so many operations on it is native. */
const NATIVE_FROM = 64

/** What is mounted for a policy that only reads: the tree of the host, `/dev`, `/proc` and what is read-only in it. */
const NOWHERE = '/nowhere'

const PROGRAMS = [
  { name: 'linux-sandbox', words: ['-P', ':read-only', '--'] },
  {
    name: 'codex-linux-sandbox',
    words: ['--sandbox-policy-cwd', '/', '--permission-profile', JSON.stringify(READ_ONLY), '--'],
  },
] as const

describeForUsers('a sandbox for which no backend is named', ['nativeLaunch'], (user) => {
  const launcherOf = async (
    profile: PermissionProfile,
    { PATH = userEnvironment()['PATH'], ...options }: Partial<SandboxOptions> & { PATH?: string } = {},
  ): Promise<string> => {
    const { value, error } = await withLibrary(
      user,
      { profile, ...options },
      ({ lib, attempt }, input) =>
        attempt(async () => {
          const { enforced, stdout } = await (await lib.Sandbox.create(input)).run('/bin/echo', ['ran'])
          return `${enforced.filesystem} ${stdout}`
        }),
      { env: { PATH } },
    )
    return value ?? `${error?.code}: ${error?.message}`
  }

  test('is made by bwrap where there is one, and by the native program where there is none', async () => {
    expect(await launcherOf(readOnly())).toBe('bwrap ran\n')
    expect(await launcherOf(readOnly(), { PATH: NOWHERE })).toBe('native ran\n')
    expect(await launcherOf(readOnly(), { PATH: NOWHERE, backend: 'auto' })).toBe('native ran\n')
    expect(await launcherOf(readOnly(), { PATH: NOWHERE, backend: 'bwrap' })).toMatch(/^BWRAP_MISSING: /)
  })

  test('is made by the native program where bwrap is too old, and by bwrap where that then fails', async () => {
    const old = directoryWithBwrap(user, '#!/bin/sh\necho usage: bwrap --bind\n')
    expect(await launcherOf(readOnly(), { PATH: old })).toBe('native ran\n')
    const failing = directoryWithBwrap(user, fakeBwrap('echo it is raining >&2; exit 1'))
    expect(await launcherOf(readOnly(), { PATH: failing })).toMatch(/^SANDBOX_SETUP_FAILED: .*it is raining/)
  })

  test.each([
    { denied: NATIVE_FROM / 2, launcher: 'bwrap' },
    { denied: NATIVE_FROM, launcher: 'native' },
  ])('is made by $launcher where $denied files are denied', async ({ denied, launcher }) => {
    const directory = makeDirectory(user)
    const files = Array.from({ length: denied }, (_, index) => join(directory, String(index)))
    for (const file of files) writeFileSync(file, '')
    const profile = profileOf({
      ':root': 'read',
      ...Object.fromEntries(files.map((file) => [file, 'deny'])),
    })
    expect(await launcherOf(profile)).toBe(`${launcher} ran\n`)
    expect(await launcherOf(profile, { backend: 'bwrap' })).toBe('bwrap ran\n')
  })

  test.each(PROGRAMS)(
    'cannot be made where both are missing, and $name says why',
    async ({ name, words }) => {
      const [program = '', ...before] = WITHOUT_NAMESPACES
      const ours = [...stagedWords(name), ...words, '/bin/echo', 'ran']
      const end = await runProgram(user, program, [...before, ...ours], {
        env: { PATH: NOWHERE },
      })
      expectRefusal(
        end,
        125,
        /bwrap is unavailable: it is not in PATH, and the bundled .* is missing, and none/,
      )
      expect(end.stderr).toContain('new namespaces could not be made (ENOSPC)')
      expect(end.stderr).toMatch(/^hint: install bubblewrap, .*; or .*sysctl -w user\.max_user_namespaces=/m)
      const here = await runProgram(user, ours[0]!, ours.slice(1), { env: { PATH: NOWHERE } })
      expect(here).toEqual({ exitCode: 0, signal: null, stdout: 'ran\n', stderr: '' })
    },
  )
})
