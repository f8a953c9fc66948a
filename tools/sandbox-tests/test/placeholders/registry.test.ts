import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  ORDINARY_USER,
  ROOT,
  identityOf,
  type TestUser,
} from '../../support/index.ts'
import { leaveBehind, ownersIn, startSupervised } from './supervised.ts'

interface Tampering {
  readonly why: string
  readonly line: string
  readonly errno: number
}

const TAMPERING: readonly Tampering[] = [
  { why: 'a link', line: 'mkdir -m 700 real; ln -s real registry', errno: 20 },
  { why: 'open to others', line: 'mkdir -m 755 registry', errno: 13 },
  { why: 'a file', line: 'touch registry', errno: 20 },
  { why: 'behind a link', line: 'mv "$PWD" "$PWD-2"; ln -s "$PWD-2" "$PWD"', errno: 40 },
]

describeForUsers('a registry', [], (user: TestUser) => {
  test.each(TAMPERING)('that is $why is refused', async ({ line, errno }) => {
    const workspace = makeDirectory(user)
    const parent = join(makeDirectory(user), 'parent')
    execFileSync(
      '/bin/sh',
      ['-c', 'mkdir "$1" && cd "$1" && eval "$2"', 'sh', parent, line],
      identityOf(user),
    )
    const registry = join(parent, 'registry')
    const placeholders = [{ path: join(workspace, '.git') }]
    const end = await startSupervised(user, { registry, placeholders, line: 'true' }).ended
    expect(end).toMatchObject({ exitCode: 125, reports: [{ kind: 'failed', step: 'registry', errno }] })
    expect(readdirSync(workspace)).toEqual([])
  })

  test.skipIf(process.geteuid?.() !== 0)("that is another user's is refused", async () => {
    const other = user.name === 'root' ? ORDINARY_USER : ROOT
    const workspace = makeDirectory(user)
    const registry = makeDirectory(other)
    const placeholders = [{ path: join(workspace, '.git') }]
    const end = await startSupervised(user, { registry, placeholders, line: 'true' }).ended
    expect(end.reports).toMatchObject([{ step: 'registry', errno: user.name === 'root' ? 1 : 1 }])
  })

  test('with files that nobody understands is used all the same', async () => {
    const workspace = makeDirectory(user)
    const parent = makeDirectory(user)
    const registry = join(parent, 'registry')
    const sh =
      'umask 077; mkdir registry; cd registry; echo x > owner-0123456789abcdef; touch owner-0000000000000000 other; head -c 100 /dev/urandom > owner-1111111111111111; mkdir owner-2222222222222222'
    execFileSync('/bin/sh', ['-c', sh], { cwd: parent, ...identityOf(user) })
    const placeholders = [{ path: join(workspace, '.git') }]
    const end = await startSupervised(user, { registry, placeholders, line: `test -d ${workspace}/.git` })
      .ended
    expect(end.reports).toMatchObject([{ kind: 'started' }, { kind: 'ended', exitCode: 0 }])
    expect(readdirSync(workspace)).toEqual([])
  })

  test('that tells of a directory which is not the one it means leaves that one alone', async () => {
    const workspace = makeDirectory(user)
    const registry = join(makeDirectory(user), 'registry')
    const path = join(workspace, '.git')
    await leaveBehind(user, { registry, placeholders: [{ path }] })
    rmdirSync(path)
    mkdirSync(`${path}-new`)
    renameSync(`${path}-new`, path)
    await startSupervised(user, { registry, placeholders: [], line: 'true' }).ended
    expect(existsSync(path)).toBe(true)
    expect(ownersIn(registry)).toEqual([])
  })
})
