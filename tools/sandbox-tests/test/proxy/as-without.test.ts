import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PermissionProfile } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, landlockAbi, makeDirectory } from '../../support/index.ts'
import { nodeCommand, PROFILES, runHelper, startHelper, urlOf } from './commands.ts'
import { pidNamed } from './plumbing.ts'
import { echoing, silent, startUpstream } from './upstream.ts'

/** Filters of this process, which every process that it starts has as well. @see proc_pid_status(5) */
const INHERITED_FILTERS = Number(
  /^Seccomp_filters:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? Number.NaN,
)

/** The version of Landlock that keeps signals in. @see landlock(7) */
const SCOPED_SIGNALS_ABI = 6

const FLAGS = [
  { how: 'with proxies', flags: ['--managed-network', '{}'] },
  { how: 'without', flags: [] },
]

describeForUsers('pid 1 of a sandbox', ['seccomp'], (user) => {
  const restricted = PROFILES.filter(({ profile }) => profile.type === 'managed')
  const cases = FLAGS.flatMap((flags) =>
    (flags.flags.length === 0 ? restricted : PROFILES).map((profile) => ({ ...flags, ...profile })),
  )

  test.each(cases)('is the parent of the command and has its filter, $how, under $title', async (run) => {
    const { port } = await startUpstream(silent)
    const script = `
      echo $PPID
      for pid in 1 self; do sed -n 's/^Seccomp\\(_filters\\)*:[[:space:]]*//p' /proc/$pid/status; done`
    const env = { HTTP_PROXY: urlOf(port) }
    const { stdout } = await runHelper(user, { ...run, env, command: ['sh', '-c', script] })
    const filters = String(INHERITED_FILTERS + 1)
    expect(stdout.trim().split('\n')).toEqual(['1', '2', filters, '2', filters])
  })

  test.each(FLAGS)('collects orphans, $how', async ({ flags }) => {
    const { port } = await startUpstream(silent)
    const script = `
      orphan=$(sh -c 'sleep 0.01 >/dev/null & echo $!')
      while [ -e /proc/$orphan ]; do :; done
      echo collected`
    const env = { HTTP_PROXY: urlOf(port) }
    const end = await runHelper(user, { flags, env, command: ['sh', '-c', script] })
    expect(end).toMatchObject({ exitCode: 0, stdout: 'collected\n' })
  })
})

describeForUsers('the files of a proxied command', [], (user) => {
  test('are those of its policy: one that is denied, and devices', async () => {
    const { port } = await startUpstream(silent)
    const directory = makeDirectory(user)
    const [denied, allowed] = [join(directory, 'denied'), join(directory, 'allowed')]
    for (const file of [denied, allowed]) {
      writeFileSync(file, 'text\n')
      chmodSync(file, 0o666)
    }
    const entries = [
      { path: { type: 'special', value: { kind: 'root' } }, access: 'write' },
      { path: { type: 'path', path: denied }, access: 'deny' },
    ]
    // Paths of a profile as JSON gives them are plain strings.
    const profile = {
      type: 'managed',
      file_system: { type: 'restricted', entries },
      network: 'enabled',
    } as unknown as PermissionProfile
    const script = `
      cat ${allowed}; cat ${denied}
      echo x > /dev/null && head -c 3 /dev/zero | wc -c && head -c 3 /dev/urandom | wc -c && echo >> ${allowed} && echo done`
    const env = { HTTP_PROXY: urlOf(port) }
    const end = await runHelper(user, { profile, env, command: ['sh', '-c', script] })
    expect(end.stdout).toBe('text\n3\n3\ndone\n')
    expect(end.stderr).toMatch(/denied: Permission denied/)
  })
})

describeForUsers('with the processes of the host in sight', [], (user) => {
  const script = `
    const pid = await new Promise((resolve) => process.stdin.once('data', (chunk) => resolve(Number(chunk))))
    const codeOf = (act) => { try { act(); return 'ok' } catch ({ code }) { return code } }
    const name = fs.readFileSync('/proc/' + pid + '/comm', 'utf8').trim()
    console.log(name, codeOf(() => process.kill(pid, 'SIGKILL')), codeOf(() => fs.readlinkSync('/proc/' + pid + '/fd/0')),
      codeOf(() => fs.openSync('/proc/' + pid + '/mem', 'r')))
    const socket = connect('HTTP_PROXY')
    socket.end('still there')
    console.log(await whole(socket))`

  test.skipIf(landlockAbi() < SCOPED_SIGNALS_ABI)('the relay is out of reach of the command', async () => {
    const upstream = await startUpstream(echoing)
    const program = startHelper(user, {
      flags: ['--managed-network', '{}', '--inherit-pid-namespace'],
      env: { HTTP_PROXY: urlOf(upstream.port) },
      command: nodeCommand(`console.log('waits'); ${script}`),
    })
    await program.wrote('waits')
    program.child.stdin?.write(String(pidNamed(program.pid, 'sandbox-relay')))
    const { stdout } = await program.ended
    expect(stdout).toBe('waits\nsandbox-relay EPERM EACCES EACCES\nstill there\n')
  })

  test('proxies are reached with the /proc of the host, too', async () => {
    const upstream = await startUpstream(echoing)
    const env = { HTTP_PROXY: urlOf(upstream.port) }
    const command = nodeCommand(
      `const socket = connect('HTTP_PROXY'); socket.end('words'); console.log(await whole(socket))`,
    )
    for (const flag of ['--no-proc', '--inherit-pid-namespace']) {
      const end = await runHelper(user, { env, command, flags: ['--managed-network', '{}', flag] })
      expect(end).toMatchObject({ exitCode: 0, stdout: 'words\n' })
    }
  })
})
