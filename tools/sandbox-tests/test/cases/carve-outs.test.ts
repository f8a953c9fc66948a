import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { inside, makeTree, outside, type Grants } from '../policy/policies.ts'
import { byProgram, contentOf, said } from './by-program.ts'

const DENIED = 'Permission denied'
const READ_ONLY = 'Read-only file system'
const MISSING = 'No such file or directory'

/** What reads everything, and what reads only what programs need to start. */
const BASES = [{ base: ':root' }, { base: ':minimal' }] as const

describeForUsers('carve-outs of a writable root', [], (user) => {
  test.each(BASES)('a denied directory is closed on the base $base', async ({ base }) => {
    const directory = makeTree(user, ['t/blocked/x', 't/open/x'])
    const grants: Grants = { [base]: 'read', [`${directory}/t`]: 'write', [`${directory}/t/blocked`]: 'deny' }
    const script = `
      echo x >> $1/t/open/x
      cat $1/t/blocked/x
      touch $1/t/blocked/new
      rm -r $1/t/blocked
      mv $1/t/blocked $1/t/moved`
    const busy = 'Device or resource busy'
    expect(await inside(user, { grants, script, directory })).toEqual(['ok', DENIED, DENIED, busy, busy])
    expect(readFileSync(join(directory, 't/blocked/x'), 'utf8')).toBe('t/blocked/x')
    const twin = script.split('\n').filter((line) => !line.includes('rm -r'))
    expect(await outside(user, { script: twin.join('\n'), directory })).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  test.each(BASES)('a writable directory in a denied one is reopened on the base $base', async ({ base }) => {
    const directory = makeTree(user, ['t/blocked/allowed/x', 't/blocked/allowed/.git/config', 't/blocked/x'])
    const grants: Grants = {
      [base]: 'read',
      [`${directory}/t`]: 'write',
      [`${directory}/t/blocked`]: 'deny',
      [`${directory}/t/blocked/allowed`]: 'write',
    }
    const script = `
      echo x > $1/t/blocked/allowed/new
      cat $1/t/blocked/allowed/new
      cat $1/t/blocked/x
      ls $1/t/blocked
      touch $1/t/blocked/new
      echo x >> $1/t/blocked/allowed/.git/config
      mv $1/t/blocked/allowed $1/t/moved`
    const seen = await inside(user, { grants, script, directory })
    expect(seen.slice(0, 6)).toEqual(['ok', 'ok', MISSING, DENIED, READ_ONLY, READ_ONLY])
    expect(seen[6]).not.toBe('ok')
    expect(await outside(user, { script, directory })).toEqual(Array.from({ length: 7 }, () => 'ok'))
  })

  test.each(BASES)(
    'a writable file in a denied directory is reopened on the base $base',
    async ({ base }) => {
      const directory = makeTree(user, ['t/blocked/file', 't/blocked/x'])
      const grants: Grants = {
        [base]: 'read',
        [`${directory}/t`]: 'write',
        [`${directory}/t/blocked`]: 'deny',
        [`${directory}/t/blocked/file`]: 'write',
      }
      const script =
        'echo x >> $1/t/blocked/file\ncat $1/t/blocked/file\ncat $1/t/blocked/x\nrm $1/t/blocked/file'
      const seen = await inside(user, { grants, script, directory })
      expect(seen.slice(0, 3)).toEqual(['ok', 'ok', MISSING])
      expect(seen[3]).not.toBe('ok')
      expect(readFileSync(join(directory, 't/blocked/file'), 'utf8')).toBe('t/blocked/filex\n')
      expect(await outside(user, { script, directory })).toEqual(['ok', 'ok', 'ok', 'ok'])
    },
  )

  test('a denial in nested writable roots is one denial', async () => {
    const directory = makeTree(user, ['w/a/b/no/x', 'w/a/b/x'])
    const grants: Grants = {
      ':root': 'read',
      [`${directory}/w`]: 'write',
      [`${directory}/w/a`]: 'write',
      [`${directory}/w/a/b`]: 'write',
      [`${directory}/w/a/b/no`]: 'deny',
    }
    const script = 'echo x >> $1/w/a/b/x\ncat $1/w/a/b/no/x\ntouch $1/w/a/b/no/new'
    expect(await inside(user, { grants, script, directory })).toEqual(['ok', DENIED, DENIED])
    expect(await outside(user, { script, directory })).toEqual(['ok', 'ok', 'ok'])
  })

  test('subpaths of the workspace are read-only and denied, whatever the working directory is called', async () => {
    const directory = makeTree(user, ['w/.vscode/settings', 'w/.secrets/key', 'w/x'])
    const { exitCode, stdout } = await byProgram(user, {
      cwd: join(directory, 'w'),
      grants: {
        ':root': 'read',
        ':project_roots': 'write',
        ':project_roots/.vscode': 'read',
        ':project_roots/.secrets': 'deny',
      },
      script: said('echo x >> x', 'cat .vscode/settings', 'echo x >> .vscode/settings', 'cat .secrets/key'),
    })
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'yes\nyes\nno\nno\n' })
  })

  test.each(['read', 'deny'] as const)(
    'a missing path with %s cannot be created, and afterwards nothing is there',
    async (access) => {
      const directory = makeTree(user, ['w/x'])
      const run = {
        cwd: join(directory, 'w'),
        script: said('echo x >> x', 'echo x > blocked', 'mkdir -p way/to/it/in'),
      }
      const grants: Grants = { ':root': 'read', ':project_roots': 'write' }
      const entries: Grants = { ':project_roots/blocked': access, ':project_roots/way/to/it': access }
      const { stdout } = await byProgram(user, { ...run, grants: { ...grants, ...entries } })
      expect(stdout).toBe('yes\nno\nno\n')
      expect(contentOf(directory)).toEqual({
        [`${directory}/w`]: 'not a file',
        [`${directory}/w/x`]: 'w/xx\n',
      })
      expect(await byProgram(user, { ...run, grants })).toMatchObject({ stdout: 'yes\nyes\nyes\n' })
    },
  )
})
