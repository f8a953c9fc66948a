import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers, runSandboxed, stagedProbe } from '../../support/index.ts'
import { actsOnProcess, startVictim } from './process-acts.ts'
import { newScene, profileOf } from './scene.ts'
import { attacksOf, defineAttacks } from './table.ts'

/** As on a host that refuses a fresh one: the processes of the user are listed, and nothing more of them can be had. */
const SANDBOX = { proc: 'host' } as const

describeForUsers('the processes of the user, where the /proc of the host is visible', ['cc'], (user) => {
  const pid = startVictim(user)

  const attacks = attacksOf(actsOnProcess(pid), {
    'sees that it exists': 'ok',
    'reads its environment': 'EACCES',
    'opens its memory': 'EROFS',
    'reads the map of its memory': 'EACCES',
    'asks for its program': 'EACCES',
    'reads a denied file below its root': 'EACCES',
    'writes below its root': 'EACCES',
    'writes below its working directory': 'EACCES',
    'asks for its streams': 'EACCES',
    'signals it': 'ESRCH',
    'traces it': 'ESRCH',
    'makes it the first to die': 'EROFS',
    'enters its namespaces': 'EACCES',
  })
  defineAttacks(user, attacks, { sandbox: SANDBOX })

  test('no setting of the kernel can be opened to write', async () => {
    const scene = newScene(user)
    const list = (directory: string) =>
      runSandboxed(user, {
        sandbox: { ...SANDBOX, profile: profileOf(scene) },
        command: [stagedProbe(), 'list-writable', directory],
      })
    expect(await list('/proc')).toMatchObject({ stdout: 'ok\n', enforced: { proc: 'host' } })
    expect((await list(scene.workspace)).stdout).toBe(`${join(scene.workspace, 'notes')}\nok\n`)
  })
})
