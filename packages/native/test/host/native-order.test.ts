import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openWorkshop, reasonToSkipNative, USERS, type User } from './host.js'
import { emptyDirectory, holdLock } from './placeholders.js'
import { becomes, pidsExecuting } from './processes.js'
import { NATIVE, requestFor, start, withParts, type RequestParts } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)
const { program } = workshop

const [ENOSPC, ENOTDIR] = [28, 20]

function withPlaceholder(user: User, name: string): { directory: string; parts: RequestParts } {
  const directory = emptyDirectory(workshop.directory, user)
  const registry = join(directory, 'registry')
  const path = join(directory, name)
  const operations = [
    ...(NATIVE.operations ?? []),
    { type: 'bind', source: path, target: path, access: 'read' } as const,
  ]
  return { directory, parts: withParts(NATIVE, { registry, placeholders: [{ path }], operations }) }
}

/** Where root has lowered a limit of its user namespace. */
const UNLINKED = ['-Ur', 'sh', '-c', 'echo 0 >/proc/sys/user/max_net_namespaces && exec "$0" "$@"', program]

// While the child makes its namespaces, supervise makes the placeholders.
describe.skipIf(reasonToSkipNative()).each(USERS)('a native launch with placeholders, as $name', (user) => {
  const host = { program, user }

  test('mounts nothing before they are there', async () => {
    const { directory, parts } = withPlaceholder(user, '.git')
    const release = await holdLock(user, directory)
    const script = `cd ${directory}/.git && touch x 2>/dev/null || echo read-only`
    const { done, stdin } = start({ ...host, pieces: [requestFor(['sh', '-c', script], parts)] })
    stdin.end()
    expect(await becomes(() => pidsExecuting(program).length === 2, 5000)).toBe(true)
    expect(existsSync(join(directory, '.git'))).toBe(false)
    release()
    const { exitCode, stdout } = await done
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 0, stdout: 'read-only\n' })
    expect(existsSync(join(directory, '.git'))).toBe(false)
  })

  test('starts nothing where one cannot be made', async () => {
    const { directory, parts } = withPlaceholder(user, 'file')
    writeFileSync(join(directory, 'file'), '')
    const outcome = await start({ ...host, pieces: [requestFor(['echo', 'started'], parts)] }).done
    expect(outcome).toMatchObject({
      exitCode: 125,
      reports: [{ kind: 'failed', step: 'placeholder', path: join(directory, 'file'), errno: ENOTDIR }],
    })
    expect(outcome.stdout.toString()).toBe('')
    expect(await becomes(() => pidsExecuting(program).length === 0, 5000)).toBe(true)
  })

  test('tells what its child could not do meanwhile', async () => {
    const { directory, parts } = withPlaceholder(user, '.git')
    const release = await holdLock(user, directory)
    const run = start({
      program: 'unshare',
      prefix: UNLINKED,
      user,
      pieces: [requestFor(['echo', 'started'], parts)],
    })
    // The child is gone, and supervise has not looked.
    await becomes(() => pidsExecuting(program).length === 2, 300)
    await becomes(() => pidsExecuting(program).length === 1, 5000)
    release()
    const { exitCode, reports, stdout } = await run.done
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 125, stdout: '' })
    expect(reports).toMatchObject([{ kind: 'failed', step: 'namespaces', errno: ENOSPC }])
    expect(existsSync(join(directory, '.git'))).toBe(false)
  })
})
