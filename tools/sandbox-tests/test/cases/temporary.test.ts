import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { describeForUsers, runProgram, type TestUser } from '../../support/index.ts'
import { makeTree, type Grants } from '../policy/policies.ts'
import { byProgram, said } from './by-program.ts'

const BASES = [':root', ':minimal']

/** A file in /tmp itself, wherever the directories of the tests are. */
function makeFileInTmp(user: TestUser, directory: string): string {
  const path = join('/tmp', `${basename(directory)}-secret`)
  writeFileSync(path, 'secret\n')
  chownSync(path, user.uid, user.gid)
  onTestFinished(() => rmSync(path, { force: true }))
  return path
}

describeForUsers('directories for temporary files', [], (user) => {
  const DENIED = BASES.flatMap((base) => ['slash_tmp', 'tmpdir'].map((kind) => ({ base, kind })))

  test.each(DENIED)(
    '$kind is closed on the base $base, and the workspace is written',
    async ({ base, kind }) => {
      const directory = makeTree(user, ['w/x', 'temporary/secret'])
      const tmpdir = join(directory, 'temporary')
      const secret = kind === 'tmpdir' ? join(tmpdir, 'secret') : makeFileInTmp(user, directory)
      const place = kind === 'tmpdir' ? tmpdir : '/tmp'
      const run = {
        cwd: join(directory, 'w'),
        env: { TMPDIR: tmpdir },
        script: said(
          'cat x',
          'echo x > new',
          `cat ${secret}`,
          `echo x >> ${secret}`,
          `touch ${place}/${basename(directory)}-new`,
          `ls ${place}`,
        ),
      }
      const grants: Grants = { [base]: 'read', ':project_roots': 'write', [`:${kind}`]: 'deny' }
      const { stdout, stderr } = await byProgram(user, { ...run, grants })
      expect({ stdout, stderr }).toEqual({ stdout: 'yes\nyes\nno\nno\nno\nno\n', stderr: '' })
      expect(existsSync(join(directory, 'w/new'))).toBe(true)
      expect(readFileSync(secret, 'utf8')).not.toContain('x\n')
      onTestFinished(() => rmSync(`${place}/${basename(directory)}-new`, { force: true }))
      const twin = await runProgram(user, '/bin/sh', ['-c', run.script], { cwd: run.cwd })
      expect(twin.stdout).toBe('yes\n'.repeat(6))
    },
  )

  test.each(['slash_tmp', 'tmpdir'])('%s is written where it is granted, and only then', async (kind) => {
    const directory = makeTree(user, ['w/x', 'temporary/x'])
    const tmpdir = join(directory, 'temporary')
    const file = kind === 'tmpdir' ? join(tmpdir, 'x') : makeFileInTmp(user, directory)
    const run = { cwd: '/', env: { TMPDIR: tmpdir }, script: said(`echo x >> ${file}`, `cat ${file}`) }
    const granted: Grants = { ':root': 'read', [`:${kind}`]: 'write' }
    expect(await byProgram(user, { ...run, grants: { ':root': 'read' } })).toMatchObject({
      stdout: 'no\nyes\n',
    })
    expect(await byProgram(user, { ...run, grants: granted })).toMatchObject({ stdout: 'yes\nyes\n' })
  })

  test('$TMPDIR is not /tmp: a grant on one is none on the other', async () => {
    const directory = makeTree(user, ['temporary/x', 'other/x'])
    const tmpdir = join(directory, 'temporary')
    const run = {
      cwd: '/',
      env: { TMPDIR: tmpdir },
      script: said(`echo x >> ${makeFileInTmp(user, directory)}`, `echo x >> ${tmpdir}/x`),
    }
    const grants: Grants = { ':root': 'read', ':tmpdir': 'write', ':slash_tmp': 'read' }
    expect(await byProgram(user, { ...run, grants })).toMatchObject({ stdout: 'no\nyes\n' })
    const twin = await runProgram(user, '/bin/sh', ['-c', run.script])
    expect(twin.stdout).toBe('yes\nyes\n')
  })
})
