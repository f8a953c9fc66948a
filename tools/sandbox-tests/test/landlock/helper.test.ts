import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  describeOnHost,
  makeDirectory,
  runProgram,
  stagedCall,
  workspaceProfileJson,
} from '../../support/index.ts'

describeOnHost('the helper with --use-legacy-landlock', ['landlock'], (user) => {
  const run = (flags: readonly string[], profile: string, script: string) =>
    runProgram(
      user,
      ...stagedCall('codex-linux-sandbox', [
        ...['--sandbox-policy-cwd', '/', '--permission-profile', profile, ...flags],
        ...['--', 'sh', '-c', script],
      ]),
    )

  test('confines by Landlock', async () => {
    const workspace = makeDirectory(user)
    const outside = join(makeDirectory(user), 'new')
    const script = `echo x >${workspace}/new && echo written; echo x >${outside}`
    const profile = workspaceProfileJson(workspace)
    const { stdout, stderr } = await run(['--use-legacy-landlock'], profile, script)
    expect(stdout).toBe('written\n')
    // bubblewrap would make it a read-only file system.
    expect(stderr).toContain('Permission denied')
  })

  test('refuses what Landlock cannot express with the entry', async () => {
    const profile = JSON.stringify({
      type: 'managed',
      file_system: {
        type: 'restricted',
        entries: [
          { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
          { path: { type: 'path', path: '/etc/hostname' }, access: 'deny' },
        ],
      },
      network: 'restricted',
    })
    const refused = await run(['--use-legacy-landlock'], profile, 'echo ran')
    expect(refused).toMatchObject({ exitCode: 125, stdout: '' })
    expect(refused.stderr).toContain('cannot enforce /etc/hostname')
  })
})

describeOnHost('the helper with --inherit-pid-namespace', ['bwrap', 'userNamespaces'], (user) => {
  test('keeps the numbers of the host', async () => {
    const workspace = makeDirectory(user)
    const namespaceOf = (flags: readonly string[]) =>
      runProgram(
        user,
        ...stagedCall('codex-linux-sandbox', [
          ...['--sandbox-policy-cwd', '/', '--permission-profile', workspaceProfileJson(workspace), ...flags],
          ...['--', 'readlink', '/proc/self/ns/pid'],
        ]),
      )
    const outside = await runProgram(user, 'readlink', ['/proc/self/ns/pid'])
    expect((await namespaceOf(['--inherit-pid-namespace'])).stdout).toBe(outside.stdout)
    expect((await namespaceOf([])).stdout).toMatch(/^pid:/)
    expect((await namespaceOf([])).stdout).not.toBe(outside.stdout)
  })
})
