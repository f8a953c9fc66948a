import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { workspaceWrite } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, runSandboxed } from '../../support/index.ts'

describeForUsers('the longer list of protected names', [], (user) => {
  test.each([
    { protectedNames: 'extended-2026', written: 'CLAUDE.md', why: 'protects what exists, and only that' },
    { protectedNames: 'default', written: '.vscode .npmrc CLAUDE.md', why: 'is an option' },
  ] as const)('$why', async ({ protectedNames, written }) => {
    const workspace = makeDirectory(user)
    mkdirSync(join(workspace, '.vscode'))
    writeFileSync(join(workspace, '.npmrc'), '')
    for (const name of ['.', '.vscode', '.npmrc']) chmodSync(join(workspace, name), 0o777)
    const profile = workspaceWrite({ root: workspace, excludeTmpdir: true, excludeSlashTmp: true })
    const { stdout } = await runSandboxed(user, {
      sandbox: { profile, policyCwd: workspace, protectedNames },
      command: [
        'sh',
        '-c',
        'touch .vscode/tasks.json && printf ".vscode "; echo x > .npmrc && printf ".npmrc "; echo x > CLAUDE.md && printf CLAUDE.md',
      ],
      run: { cwd: workspace },
    })
    expect(stdout).toBe(written)
    expect(readdirSync(workspace).toSorted()).toEqual(['.npmrc', '.vscode', 'CLAUDE.md'])
  })
})
