import { readlinkSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { openWorkshop, USERS } from './host.js'
import { NATIVE, run } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

describe.each(USERS)('a native launch, as $name', (user) => {
  const host = { program: workshop.program, user }

  test('the command runs in namespaces of its own, without a capability', async () => {
    const names = ['user', 'mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup'].map((name) => `/proc/self/ns/${name}`)
    const script = `readlink ${names.join(' ')}; grep CapEff /proc/self/status; echo $$ $(id -u)`
    const { stdout, reports } = await run(host, ['sh', '-c', script], NATIVE)
    expect(reports).toMatchObject([{ kind: 'started' }, { kind: 'ended', exitCode: 0 }])
    const lines = stdout.toString().trim().split('\n')
    for (const [index, name] of names.entries()) expect(lines[index]).not.toBe(readlinkSync(name))
    const uid = user.uid ?? process.getuid?.()
    expect(lines.slice(names.length)).toEqual(['CapEff:\t0000000000000000', `2 ${uid}`])
  })
})
