import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  stagedCall,
  startProgram,
  workspaceProfileJson,
} from '../../support/index.ts'
import { startSupervised } from './supervised.ts'

const ATTACK = `echo ready; until [ -e go ]; do sleep 0.01; done
mkdir .git/hooks 2>&- && echo made
rmdir .git 2>&- && echo removed
mkdir -p .git/hooks 2>&- && echo planted
true`

describeForUsers('a sandbox of the library', [], (user) => {
  test('keeps the protection that it found standing when the sandbox that made it ends first', async () => {
    const workspace = makeDirectory(user)
    const registry = join(makeDirectory(user), 'registry')
    const path = join(workspace, '.git')
    const first = startSupervised(user, { registry, placeholders: [{ path }], line: 'exec sleep 300' })
    await first.started
    const second = startProgram(
      user,
      ...stagedCall('codex-linux-sandbox', [
        ...['--sandbox-policy-cwd', workspace, '--command-cwd', workspace],
        ...['--permission-profile', workspaceProfileJson(workspace), '--', 'sh', '-c', ATTACK],
      ]),
    )
    await second.wrote('ready')
    first.child.kill('SIGTERM')
    await first.ended
    expect(existsSync(path)).toBe(true)
    writeFileSync(join(workspace, 'go'), '')
    expect(await second.ended).toMatchObject({ exitCode: 0, stdout: 'ready\n', stderr: '' })
    expect(readdirSync(workspace)).toEqual(['go'])
  })
})
