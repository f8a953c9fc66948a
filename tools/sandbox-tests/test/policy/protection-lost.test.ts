import { renameSync, writeFileSync } from 'node:fs'
import type { PermissionProfile } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  stagedCall,
  startProgram,
  type TestUser,
} from '../../support/index.ts'

/** Reads everything, writes `root`, denies a file in it. */
function profileFor(root: string): PermissionProfile {
  const entries = [
    { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
    { path: { type: 'path', path: root }, access: 'write' },
    { path: { type: 'path', path: `${root}/.env` }, access: 'deny' },
  ]
  return {
    type: 'managed',
    file_system: { type: 'restricted', entries },
    network: 'restricted',
  } as PermissionProfile
}

/** Runs a command that reads the denied file before and after `act` of somebody outside. */
async function runAround(user: TestUser, act: (root: string) => void) {
  const root = makeDirectory(user)
  writeFileSync(`${root}/.env`, 'secret', { mode: 0o644 })
  const script = `cat ${root}/.env; echo ready; until [ -e ${root}/go ]; do sleep 0.01; done; cat ${root}/.env; exit 0`
  const profile = JSON.stringify(profileFor(root))
  const options = ['--sandbox-policy-cwd', root, '--permission-profile', profile]
  const run = startProgram(
    user,
    ...stagedCall('codex-linux-sandbox', [...[...options, '--', 'sh', '-c', `(${script}) 2>/dev/null`]]),
  )
  await run.wrote('ready')
  act(root)
  writeFileSync(`${root}/go`, '')
  return { root, end: await run.ended }
}

describeForUsers('a denied file that somebody outside changes while the command runs', [], (user) => {
  test('stays denied when it is written in place', async () => {
    const { end } = await runAround(user, (root) => writeFileSync(`${root}/.env`, 'new secret'))
    expect(end).toMatchObject({ exitCode: 0, stdout: 'ready\n', stderr: '' })
  })

  test('is open from then on when another one is renamed over it, as editors do, and the run says so', async () => {
    const { root, end } = await runAround(user, (directory) => {
      writeFileSync(`${directory}/.env.new`, 'new secret', { mode: 0o644 })
      renameSync(`${directory}/.env.new`, `${directory}/.env`)
    })
    expect(end).toMatchObject({ exitCode: 0, stdout: 'ready\nnew secret' })
    expect(end.stderr).toBe(
      `linux-sandbox: warning: something outside replaced or removed ${root}/.env while the command ran; from then on the rule for it did not hold\n`,
    )
  })
})
