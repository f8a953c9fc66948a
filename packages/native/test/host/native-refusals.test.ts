import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { LaunchOperation } from '../../src/index.js'
import { reasonToSkipNative, USERS } from './host.js'
import { bindOf, openScene, PROC, READ, WRITE } from './native-scene.js'
import { NATIVE, run, withParts } from './run.js'

const { program, place, runNative, remove } = openScene()
afterAll(remove)

const WORK = place('work')

const failure = (path: string, errno: number) => ({
  exitCode: 125,
  reports: [{ kind: 'failed', attempt: 'first', step: 'mounts', path, errno }],
})

const [ENOENT, EACCES, ENOTDIR, EINVAL, EROFS, ELOOP] = [2, 13, 20, 22, 30, 40] as const

describe.skipIf(reasonToSkipNative()).each(USERS)('what is refused, as $name', (user) => {
  test.each([
    { why: 'a link as source', one: bindOf(WORK, 'read', place('link')), errno: ELOOP },
    { why: 'a link on the way to a source', one: bindOf(WORK, 'read', place('link/inner')), errno: ELOOP },
    { why: 'a link as target', one: bindOf(place('link'), 'read', WORK), errno: ELOOP },
    { why: 'a link on the way to a target', one: bindOf(place('link/inner'), 'read', WORK), errno: ELOOP },
    { why: 'a mask on a link', one: { type: 'mask-file', target: place('link') }, errno: ELOOP },
    {
      why: 'a mask behind a link',
      one: { type: 'mask-directory', target: place('link/inner'), traversable: false },
      errno: ELOOP,
    },
    {
      why: 'memory behind a link',
      one: { type: 'tmpfs', target: place('link/inner'), mode: 0o755 },
      errno: ELOOP,
    },
    {
      why: 'a directory behind a link',
      one: { type: 'directory', target: place('link/new'), mode: 0o755 },
      errno: ELOOP,
    },
    {
      why: 'a mount behind a link',
      one: { type: 'remount-read-only', target: place('link/inner') },
      errno: ELOOP,
    },
    { why: 'a missing source', one: bindOf(WORK, 'read', place('missing')), errno: ENOENT },
    { why: 'a missing target', one: bindOf(place('missing'), 'read', WORK), errno: EROFS },
    { why: 'a mask for what is missing', one: { type: 'mask-file', target: place('missing') }, errno: EROFS },
    {
      why: 'a missing directory',
      one: { type: 'directory', target: place('missing/new'), mode: 0o755 },
      errno: EROFS,
    },
    { why: 'a link on the host', one: { type: 'symlink', target: place('new'), to: 'x' }, errno: EROFS },
    { why: 'a mask of a file for a directory', one: { type: 'mask-file', target: WORK }, errno: EINVAL },
    {
      why: 'a mask of a directory for a file',
      one: { type: 'mask-directory', target: place('work/file'), traversable: false },
      errno: ENOTDIR,
    },
    { why: 'a file for a directory', one: bindOf(WORK, 'read', place('work/file')), errno: EINVAL },
    { why: 'what is no mount', one: { type: 'remount-read-only', target: WORK }, errno: EINVAL },
  ] satisfies { why: string; one: LaunchOperation; errno: number }[])('$why', async ({ one, errno }) => {
    const path = 'target' in one ? one.target : ''
    const outcome = await runNative(user, [WRITE, one], 'echo started')
    expect(outcome).toMatchObject(failure(path, errno))
    expect(outcome.stdout.toString()).toBe('')
    expect(spawnSync('ls', [dirname(WORK)], { encoding: 'utf8' }).stdout).not.toMatch(/missing|new/)
  })

  test('a source that the user cannot reach', async () => {
    if (user.uid === undefined) return
    const closed = place(`closed-${user.uid}`)
    mkdirSync(join(closed, 'inner'), { recursive: true })
    chmodSync(closed, 0o700)
    const outcome = await runNative(user, [READ, bindOf(WORK, 'read', join(closed, 'inner'))], 'true')
    expect(outcome).toMatchObject(failure(WORK, EACCES))
  })

  test('without a fresh /proc the fallback is launched, and only then', async () => {
    const fallbackOperations: LaunchOperation[] = [READ, { type: 'tmpfs', target: WORK, mode: 0o755 }]
    const host = { program, user }
    const script = ['sh', '-c', `ls ${WORK}; readlink /proc/self`]
    const denied = withParts(NATIVE, {
      namespaces: ['network'], // and not of the PID namespace: so it may not have a /proc
      operations: [READ, PROC],
      enter: { lifetime: 'subreaper' },
    })
    const alone = await run(host, script, denied)
    expect(alone).toMatchObject(failure('/proc', 1))
    const second = await run(host, script, { ...denied, fallbackOperations })
    expect(second).toMatchObject({
      exitCode: 0,
      reports: [{ kind: 'started', attempt: 'fallback' }, { kind: 'ended' }],
    })
    const operations: LaunchOperation[] = [READ, { type: 'mask-file', target: place('missing') }]
    const other = await run(host, script, { ...denied, operations, fallbackOperations })
    expect(other).toMatchObject(failure(place('missing'), EROFS))
  })
})
