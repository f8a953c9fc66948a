import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { describeForUsers, runScenario } from '../../support/index.ts'
import { inside, makeTree, outside, profileOf } from '../policy/policies.ts'
import { byProgram } from './by-program.ts'

const DENIED = 'Permission denied'
const READ_ONLY = 'Read-only file system'

describeForUsers('writable roots', [], (user) => {
  test('one that is missing is left out and noted, and the others are written', async () => {
    const directory = makeTree(user, ['there/x'])
    const grants = {
      ':root': 'read',
      [`${directory}/there`]: 'write',
      [`${directory}/missing`]: 'write',
    } as const
    const script = 'echo x >> $1/there/x\nmkdir $1/missing'
    expect(await inside(user, { grants, script, directory })).toEqual(['ok', READ_ONLY])
    expect(await outside(user, { script, directory })).toEqual(['ok', 'ok'])
    rmSync(join(directory, 'missing'), { recursive: true })

    const scenario = { sandbox: { profile: profileOf(grants) }, command: ['/bin/true'] } as const
    const { result } = await runScenario(user, { ...scenario, run: { cwd: '/' } })
    expect(result?.enforced.notes.filter(({ kind }) => kind === 'root-missing')).toMatchObject([
      { path: join(directory, 'missing') },
    ])
    const end = await byProgram(user, { grants, script: 'echo started', cwd: directory })
    expect(end).toMatchObject({ exitCode: 0, stdout: 'started\n' })
  })

  test('the shared memory of the host is written where it is granted, and else the command has its own', async () => {
    const directory = makeTree(user, ['x'])
    const shared = join('/dev/shm', basename(directory))
    writeFileSync(shared, 'of the host\n')
    chownSync(shared, user.uid, user.gid)
    onTestFinished(() => rmSync(shared, { force: true }))
    const script = `echo by the command > ${shared}`
    expect(await inside(user, { grants: { ':root': 'read' }, script, directory })).toEqual(['ok'])
    expect(readFileSync(shared, 'utf8')).toBe('of the host\n')
    const grants = { ':root': 'read', '/dev/shm': 'write' } as const
    expect(await inside(user, { grants, script, directory })).toEqual(['ok'])
    expect(readFileSync(shared, 'utf8')).toBe('by the command\n')
  })

  test('everything is written but a directory that is read-only and what is denied', async () => {
    const directory = makeTree(user, ['read/x', 'no/x', 'secret', 'free/x'])
    const grants = {
      ':root': 'write',
      [`${directory}/read`]: 'read',
      [`${directory}/no`]: 'deny',
      [`${directory}/secret`]: 'deny',
    } as const
    const script = `
      echo x >> $1/free/x
      touch $1/new
      cat $1/read/x
      echo x >> $1/read/x
      cat $1/no/x
      cat $1/secret
      rm -r $1/read
      echo x > /dev/null
      head -c 1 /dev/zero`
    const refused = ['ok', READ_ONLY, DENIED, DENIED, READ_ONLY]
    expect(await inside(user, { grants, script, directory })).toEqual(['ok', 'ok', ...refused, 'ok', 'ok'])
    expect(existsSync(join(directory, 'read/x'))).toBe(true)
    expect(await outside(user, { script, directory })).toEqual(Array.from({ length: 9 }, () => 'ok'))
  })

  test('a device is denied beside the others, though everything is written', async () => {
    const directory = makeTree(user, ['x'])
    const script = 'head -c 1 /dev/zero\nhead -c 1 /dev/urandom\necho x > /dev/null'
    const grants = { ':root': 'write', '/dev/zero': 'deny' } as const
    expect(await inside(user, { grants, script, directory })).toEqual([DENIED, 'ok', 'ok'])
    const free = { ':root': 'write', [`${directory}/x`]: 'read' } as const
    expect(await inside(user, { grants: free, script, directory })).toEqual(['ok', 'ok', 'ok'])
  })
})
