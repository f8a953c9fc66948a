import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { workspaceWrite } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, runProgram, runSandboxed } from '../support/index.ts'

describeForUsers('a writable workspace', [], (user) => {
  test('is written; what lies beside it is not', async () => {
    const workspace = makeDirectory(user)
    const outside = makeDirectory(user)
    const script = `echo in > ${workspace}/file; echo out > ${outside}/file; cat ${workspace}/file`
    const profile = workspaceWrite({ root: workspace, excludeTmpdir: true, excludeSlashTmp: true })
    const result = await runSandboxed(user, { sandbox: { profile }, command: ['sh', '-c', script] })
    expect(result).toMatchObject({ exitCode: 0, signal: null, stdout: 'in\n' })
    expect(result.stderr).toContain('Read-only file system')
    expect(readFileSync(join(workspace, 'file'), 'utf8')).toBe('in\n')

    const twin = await runProgram(user, 'sh', ['-c', script])
    expect(twin).toMatchObject({ exitCode: 0, stderr: '' })
    writeFileSync(join(outside, 'file'), '')
  })
})
