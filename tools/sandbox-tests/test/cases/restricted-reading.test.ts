import { expect, test } from 'vitest'
import { describeForUsers, runScenario, stagedProbe } from '../../support/index.ts'
import { inside, makeTree, outside, profileOf, type Grants } from '../policy/policies.ts'

const DENIED = 'Permission denied'
const READ_ONLY = 'Read-only file system'
const MISSING = 'No such file or directory'

describeForUsers('a policy that does not read everything', [], (user) => {
  test('reads the directories and files that it names, one missing among them, and nothing else', async () => {
    const directory = makeTree(user, ['a/b/x', 'file', 'other/x', 'other-file'])
    const grants: Grants = {
      ':minimal': 'read',
      [`${directory}/a`]: 'read',
      [`${directory}/file`]: 'read',
      [`${directory}/missing`]: 'read',
    }
    const script = `
      cat $1/a/b/x
      cat $1/file
      cat $1/other/x
      cat $1/other-file
      ls $1
      echo x >> $1/a/b/x
      echo x >> $1/file
      touch $1/missing`
    const refused = [MISSING, MISSING, DENIED, READ_ONLY, READ_ONLY, READ_ONLY]
    expect(await inside(user, { grants, script, directory })).toEqual(['ok', 'ok', ...refused])
    expect(await outside(user, { script, directory })).toEqual(Array.from({ length: 8 }, () => 'ok'))
  })

  test('has what programs need to start, to read, and no home, service or other data of the host', async () => {
    const directory = makeTree(user, ['x'])
    const script = `
      /usr/bin/env true
      cat /etc/passwd
      ls /usr/lib
      ls -d /var/lib
      ls -d /home
      ls -d /root
      ls -d /sys/kernel
      ls -d /run
      touch /usr/new
      touch /etc/new`
    const seen = await inside(user, { grants: { ':minimal': 'read' }, script, directory })
    const missing = Array.from({ length: 5 }, () => MISSING)
    expect(seen).toEqual(['ok', 'ok', 'ok', ...missing, READ_ONLY, READ_ONLY])
    const all = await inside(user, { grants: { ':root': 'read' }, script, directory })
    expect(all).toEqual([...Array.from({ length: 8 }, () => 'ok'), READ_ONLY, READ_ONLY])
  })

  test('grants a program without minimal, which starts when it needs nothing else', async () => {
    const command = [stagedProbe(), 'read', stagedProbe()] as const
    const run = { cwd: '/' }
    const granted = { sandbox: { profile: profileOf({ [stagedProbe()]: 'read' }) }, command, run }
    expect((await runScenario(user, granted)).result).toMatchObject({ exitCode: 0, stdout: 'ok\n' })
    const nothing = { sandbox: { profile: profileOf({}) }, command, run }
    expect((await runScenario(user, nothing)).error).toMatchObject({
      code: 'COMMAND_NOT_FOUND',
      exitStatus: 127,
    })
  })
})
