import { spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Placeholder } from '@linux-sandbox/native'
import { describe, expect, test } from 'vitest'
import {
  describeForUsers,
  identityOf,
  makeDirectory,
  stagedNode,
  until,
  type TestUser,
} from '../../support/index.ts'
import {
  leaveBehind,
  listingOf,
  ownersIn,
  requestOf,
  stagedNative,
  startSupervised,
  sweepRegistry,
} from './supervised.ts'

interface Scene {
  readonly workspace: string
  readonly registry: string
  readonly placeholders: readonly Placeholder[]
}

/** A workspace with content: among it an empty directory, and files that are there before the placeholders that they could be. */
function makeScene(user: TestUser): Scene {
  const workspace = makeDirectory(user)
  for (const name of ['a', 'a/b', 'empty']) own(user, join(workspace, name))
  writeFileSync(join(workspace, 'a/file'), 'text')
  writeFileSync(join(workspace, 'a/commondir'), '.\n')
  const directories = ['.git', '.codex', 'a/b/.git', 'deep', 'deep/er', 'empty']
  const files = [
    { name: 'config.worktree', content: '' },
    { name: 'deep/er/commondir', content: '.\n' },
    { name: 'a/file', content: '.\n' },
    { name: 'a/commondir', content: '.\n' },
  ]
  return {
    workspace,
    registry: join(makeDirectory(user), 'registry'),
    placeholders: [
      ...directories.map((name) => ({ path: join(workspace, name) })),
      ...files.map(({ name, content }) => ({ path: join(workspace, name), content })),
    ],
  }
}

function own(user: TestUser, directory: string): void {
  mkdirSync(directory)
  if (process.geteuid?.() === 0) chownSync(directory, user.uid, user.gid)
}

/** What a command tries on each placeholder; it prints what it should not have been able to do. */
function attempts(placeholders: readonly Placeholder[]): string {
  return placeholders
    .map(({ path, content }) =>
      content === undefined
        ? `test -d ${path} || echo missing; mkdir ${path}/x 2>&- && echo made; rmdir ${path} 2>&- && echo gone`
        : `test -f ${path} || echo missing; (echo x >> ${path}) 2>&- && echo written; rm -f ${path} 2>&- && echo gone; mv ${path} ${path}-2 2>&- && echo moved`,
    )
    .join('; ')
}

/** Starts `supervise`, and is killed by the test. */
const CALLER = `
const { spawn } = require('node:child_process')
const [program, request] = process.argv.slice(1)
const child = spawn(program, ['supervise', '3', '3', String(process.pid)], { env: {}, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
child.stdio[3].on('data', () => console.log('started', child.pid)).write(Buffer.from(request, 'base64'))
`

describeForUsers('a workspace with placeholders', [], (user) => {
  test('has them while the command runs, and is afterwards as it was', async () => {
    const { workspace, registry, placeholders } = makeScene(user)
    const before = listingOf(workspace)
    const end = await startSupervised(user, { registry, placeholders, line: attempts(placeholders) }).ended
    expect(end).toMatchObject({ stdout: '', reports: [{ kind: 'started' }, { kind: 'ended' }] })
    expect(listingOf(workspace)).toEqual(before)
    expect(ownersIn(registry)).toEqual([])
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('is as it was after %s', async (signal) => {
    const { workspace, registry, placeholders } = makeScene(user)
    const before = listingOf(workspace)
    const run = startSupervised(user, { registry, placeholders, line: 'exec sleep 300' })
    await run.started
    expect(placeholders.filter(({ path }) => !existsSync(path))).toEqual([])
    expect(readFileSync(join(workspace, 'deep/er/commondir'), 'utf8')).toBe('.\n')
    expect(readFileSync(join(workspace, 'config.worktree'), 'utf8')).toBe('')
    run.child.kill(signal)
    await run.ended
    expect(listingOf(workspace)).toEqual(before)
  })

  test('is as it was once the caller was killed', async () => {
    const { workspace, registry, placeholders } = makeScene(user)
    const before = listingOf(workspace)
    const request = Buffer.from(requestOf({ registry, placeholders, line: 'exec sleep 300' })).toString(
      'base64',
    )
    const caller = spawn(stagedNode(), ['-e', CALLER, stagedNative(), request], {
      stdio: ['ignore', 'pipe', 'inherit'],
      ...identityOf(user),
    })
    await new Promise((resolve) => caller.stdout?.once('data', resolve))
    expect(existsSync(join(workspace, '.git'))).toBe(true)
    caller.kill('SIGKILL')
    await until(() => ownersIn(registry).length === 0)
    expect(listingOf(workspace)).toEqual(before)
  })

  test('is as it was when the next sandbox of that user starts after supervise was killed', async () => {
    const { workspace, registry, placeholders } = makeScene(user)
    const before = listingOf(workspace)
    await leaveBehind(user, { registry, placeholders })
    expect(existsSync(join(workspace, '.git'))).toBe(true)
    await sweepRegistry(user, registry)
    expect(listingOf(workspace).map(withoutTime)).toEqual(before.map(withoutTime))
    expect(ownersIn(registry)).toEqual([])
  })

  test('loses what a killed sandbox left, by its mark, when the registry is lost too', async () => {
    const { workspace, registry, placeholders } = makeScene(user)
    const before = listingOf(workspace)
    await leaveBehind(user, { registry, placeholders })
    await startSupervised(user, { registry: `${registry}2`, placeholders, line: 'true' }).ended
    expect(listingOf(workspace).map(withoutTime)).toEqual(before.map(withoutTime))
  })

  test('keeps what is in a directory that a killed sandbox left', async () => {
    const { workspace, registry, placeholders } = makeScene(user)
    await leaveBehind(user, { registry, placeholders })
    writeFileSync(join(workspace, '.git/HEAD'), 'text')
    await sweepRegistry(user, registry)
    expect(readFileSync(join(workspace, '.git/HEAD'), 'utf8')).toBe('text')
    expect(existsSync(join(workspace, '.codex'))).toBe(false)
  })

  test.each([
    {
      why: 'was written to',
      change: (path: string) => writeFileSync(path, '/other\n'),
    },
    {
      why: 'was replaced by a rename',
      change: (path: string) => {
        writeFileSync(`${path}.lock`, '/other\n')
        renameSync(`${path}.lock`, path)
      },
    },
  ])('keeps a file that a killed sandbox left when it $why', async ({ change }) => {
    const { workspace, registry, placeholders } = makeScene(user)
    const path = join(workspace, 'deep/er/commondir')
    await leaveBehind(user, { registry, placeholders })
    change(path)
    await sweepRegistry(user, registry)
    expect(readFileSync(path, 'utf8')).toBe('/other\n')
    expect(existsSync(join(workspace, 'config.worktree'))).toBe(false)
    expect(ownersIn(registry)).toEqual([])
  })

  test('is as it was when the command cannot be started', async () => {
    const { workspace, registry, placeholders } = makeScene(user)
    const before = listingOf(workspace)
    const end = await startSupervised(user, { registry, placeholders, line: 'true', cwd: '/no/such' }).ended
    expect(end.reports).toMatchObject([{ kind: 'failed', step: 'cwd' }])
    expect(listingOf(workspace)).toEqual(before)
  })
})

/** Where nobody noted the time of a directory before the sandbox that was killed changed it. */
function withoutTime(line: string): string {
  return line.replace(/ \d{15,} /, ' ')
}

describe('the list of a workspace', () => {
  test('tells what changes', () => {
    const directory = makeDirectory({
      name: 'root',
      uid: process.geteuid?.() ?? 0,
      gid: process.getegid?.() ?? 0,
    })
    const before = listingOf(directory)
    mkdirSync(join(directory, '.git'))
    expect(listingOf(directory)).not.toEqual(before)
  })
})
