import { chmodSync, copyFileSync, lchownSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { nativeProgramPath } from '@linux-sandbox/native'
import { expect, test } from 'vitest'
import { describeForUsers, userEnvironment, type ProgramEnd, type TestUser } from '../../support/index.ts'
import { expectRefusal, runOurs } from '../bad-input/programs.ts'
import { makeFiles, makeOutside } from '../cli/places.ts'

/** A native program of the user's own in `w/n`, with two links that lead to it. */
function makeScene(user: TestUser): string {
  const top = makeOutside(user)
  makeFiles(user, top, { 'w/n/': '', 'o/': '' })
  const program = join(top, 'w/n/native')
  copyFileSync(nativeProgramPath(), program)
  chmodSync(program, 0o755)
  for (const [name, to] of [
    ['w/link', 'n/native'],
    ['w/way', 'n'],
    ['o/link', '../w/n/native'],
  ] as const) {
    symlinkSync(to, join(top, name))
    lchownSync(join(top, name), user.uid, user.gid)
  }
  mkdirSync(join(top, 'empty'))
  return top
}

async function run(user: TestUser, top: string, native: string, directory: string): Promise<ProgramEnd> {
  const script = `rm -f "$0" && echo removed; echo ran`
  const words = ['-C', join(top, directory), 'sh', '-c', script, join(top, native)]
  const env = { ...userEnvironment(), LINUX_SANDBOX_NATIVE: join(top, native) }
  return await runOurs(user, 'linux-sandbox', words, { env })
}

describeForUsers('the native program cannot be exchanged by a command', [], (user) => {
  test.each([
    { why: 'its own directory is the workspace', native: 'w/n/native', directory: 'w/n' },
    { why: 'a link in the workspace leads to it', native: 'w/link', directory: 'w' },
    { why: 'a link to its directory is in the workspace', native: 'w/way/native', directory: 'w' },
  ])('$why: refused', async ({ native, directory }) => {
    const top = makeScene(user)
    const end = await run(user, top, native, directory)
    expectRefusal(end, 125, /cannot enforce read on \S+\/w\/n: the native program \S+ (lies|is reached)/)
    const elsewhere = await run(user, top, native, 'empty')
    expect(elsewhere).toMatchObject({ exitCode: 0, stdout: 'ran\n' })
  })

  test.each(['w/n/native', 'o/link'])('by the name %s, from a workspace around it: kept', async (native) => {
    const top = makeScene(user)
    const end = await run(user, top, native, 'w')
    expect(end).toMatchObject({ exitCode: 0, stdout: 'ran\n' })
    expect(end.stderr).toMatch(/Read-only file system/)
  })
})
