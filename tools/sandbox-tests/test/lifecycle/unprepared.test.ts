import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  runProgram,
  stageDirectory,
  stagedNode,
  workspaceProfileJson,
} from '../../support/index.ts'

/** Runs a program in the place of init, and says how many processes it was left to reap when the program has ended. */
const INIT = `
import ctypes, os, sys
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
program = os.spawnv(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
left = 0
while True:
    try:
        pid, status = os.wait()
    except ChildProcessError:
        break
    if pid != program: left += 1
    elif status != 0: sys.exit(1)
print('left', left)
`

describeForUsers('a command that cannot be prepared', ['python3'], (user) => {
  const leftBy = async (act: string): Promise<string> => {
    const directory = makeDirectory(user)
    const program = `${directory}/program.mjs`
    const path = `${stageDirectory()}/node_modules/linux-sandbox/dist/index.js`
    writeFileSync(
      program,
      `
      import { mkdirSync, symlinkSync } from 'node:fs'
      import { setTimeout } from 'node:timers/promises'
      import { Sandbox } from ${JSON.stringify(path)}
      const [workspace, profile] = process.argv.slice(2)
      const sandbox = await Sandbox.create({ profile: JSON.parse(profile), policyCwd: workspace })
      for (let count = 0; count < 3; count++) await sandbox.run('true')
      ${act}
      await setTimeout(1000)
      `,
    )
    const words = ['-c', INIT, stagedNode(), program, directory, workspaceProfileJson(directory)]
    const { stdout, stderr, exitCode } = await runProgram(user, '/usr/bin/python3', words)
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    return stdout.trim()
  }

  test('leaves nothing to init', async () => {
    const fail = `
      mkdirSync(workspace + '/real')
      symlinkSync('real', workspace + '/.agents')
      let thrown = 0
      for (let count = 0; count < 20; count++) try { sandbox.spawn('true') } catch { thrown++ }
      if (thrown !== 20) throw new Error('started')
    `
    expect(await leftBy(fail)).toBe(await leftBy(''))
  })

  test('and a sandbox that is killed with its supervisor does', async () => {
    const kill = `
      const child = sandbox.spawn('sleep', ['1000'])
      await setTimeout(500)
      child.kill('SIGKILL')
    `
    const number = (said: string): number => Number(said.replace('left ', ''))
    expect(number(await leftBy(kill))).toBeGreaterThan(number(await leftBy('')))
  })
})
