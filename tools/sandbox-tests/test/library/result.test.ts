import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { readOnly, workspaceWrite, type PermissionProfile } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  runSandboxed,
  TEST_BACKEND,
  withLibrary,
} from '../../support/index.ts'

const NAMES = ['.git', '.agents', '.codex', '.aws']

const ENFORCED: readonly {
  why: string
  profile: PermissionProfile
  proc?: 'host'
  expected: object
  routes: boolean
}[] = [
  {
    why: 'a read-only policy',
    profile: readOnly(),
    expected: { filesystem: TEST_BACKEND, network: 'private', seccomp: true, proc: 'fresh' },
    routes: false,
  },
  {
    why: 'an open network',
    profile: readOnly({ network: 'enabled' }),
    expected: { filesystem: TEST_BACKEND, network: 'host', seccomp: true, proc: 'fresh' },
    routes: true,
  },
  {
    why: "the host's /proc",
    profile: readOnly(),
    proc: 'host',
    expected: { filesystem: TEST_BACKEND, network: 'private', seccomp: true, proc: 'host' },
    routes: false,
  },
  {
    why: 'an external sandbox that restricts the network',
    profile: { type: 'external', network: 'restricted' },
    expected: { filesystem: TEST_BACKEND, network: 'private', seccomp: true, proc: 'fresh' },
    routes: false,
  },
  {
    why: 'no sandbox',
    profile: { type: 'disabled' },
    expected: { filesystem: 'none', network: 'host', seccomp: false, proc: 'host' },
    routes: true,
  },
  {
    why: 'an external sandbox with a network',
    profile: { type: 'external', network: 'enabled' },
    expected: { filesystem: 'none', network: 'host', seccomp: false, proc: 'host' },
    routes: true,
  },
]

describeForUsers('a result', [], (user) => {
  test.each(ENFORCED)(
    'says what held the command in under $why, and that is so',
    async ({ profile, proc, expected }) => {
      // What the command itself sees of it: namespaces of its own, and a filter.
      const look =
        'readlink /proc/self/ns/net; readlink /proc/self/ns/mnt; grep ^Seccomp: /proc/self/status; echo $$'
      const sandbox = proc === undefined ? { profile } : { profile, proc }
      const result = await runSandboxed(user, { sandbox, command: ['sh', '-c', look] })
      expect(result.enforced).toMatchObject(expected)
      const [net, mnt, filter, pid] = result.stdout.trim().split('\n')
      const own = await withLibrary(user, null, ({ fs }) =>
        ['net', 'mnt'].map((name) => fs.readlinkSync(`/proc/self/ns/${name}`)),
      )
      expect(net === own[0] ? 'host' : 'private').toBe(result.enforced.network)
      expect(mnt === own[1] ? 'none' : TEST_BACKEND).toBe(result.enforced.filesystem)
      expect(filter?.endsWith('2')).toBe(result.enforced.seccomp)
      if (result.enforced.filesystem === TEST_BACKEND) expect(Number(pid)).toBeLessThan(10)
    },
  )

  test('has exactly these fields', async () => {
    const result = await runSandboxed(user, { sandbox: { profile: readOnly() }, command: ['echo', 'hi'] })
    expect(Object.keys(result)).toEqual([
      'exitCode',
      'signal',
      'stdout',
      'stderr',
      'durationMs',
      'timedOut',
      'enforced',
      'violations',
    ])
    expect(Object.keys(result.enforced)).toEqual(['filesystem', 'network', 'seccomp', 'proc', 'notes'])
    expect(result).toMatchObject({
      exitCode: 0,
      signal: null,
      stdout: 'hi\n',
      stderr: '',
      timedOut: false,
      violations: [],
    })
    expect(result.durationMs).toBeGreaterThan(0)
  })

  test('has no note and no violation where missing names were protected, and nothing is left of that', async () => {
    const root = makeDirectory(user)
    const sandbox = { profile: workspaceWrite({ root, excludeSlashTmp: true, excludeTmpdir: true }) }
    const script = NAMES.map(
      (name) => `mkdir ${name} || touch ${name}/x || mv ${name} y || rmdir ${name} || `,
    )
    const result = await runSandboxed(user, {
      sandbox,
      command: ['sh', '-c', `(${script.join('')} false) 2>&-; echo $?; mkdir .gitx && echo made`],
      run: { cwd: root },
    })
    expect(result).toMatchObject({ exitCode: 0, stdout: '1\nmade\n', violations: [] })
    expect(result.enforced.notes).toEqual([])
    expect(readdirSync(root)).toEqual(['.gitx'])
  })

  test('reports what was put from outside where a missing name was protected', async () => {
    const root = makeDirectory(user)
    const profile = workspaceWrite({ root, excludeSlashTmp: true, excludeTmpdir: true })
    const { violations, stdout } = await withLibrary(user, { root, profile }, async ({ lib, fs }, input) => {
      const sandbox = await lib.Sandbox.create({ profile: input.profile })
      return await sandbox.run('sh', ['-c', 'echo; until [ -e go ]; do sleep 0.01; done; ls -a'], {
        cwd: input.root,
        onSpawn: (child) =>
          child.stdout?.once('data', () => {
            fs.rmdirSync(`${input.root}/.git`)
            fs.writeFileSync(`${input.root}/.codex/file`, '')
            fs.writeFileSync(`${input.root}/go`, '')
          }),
      })
    })
    expect(stdout).toBe('\n.\n..\n.agents\n.aws\n.codex\nHEAD\ngo\n')
    expect(violations).toMatchObject([
      { kind: 'placeholder-filled', path: `${root}/.codex` },
      { kind: 'placeholder-removed', path: `${root}/.git` },
    ])
    expect(readdirSync(root)).toEqual(['.codex', 'go'])
  })

  test('has no violation where the name was there and was protected', async () => {
    const root = makeDirectory(user)
    for (const name of NAMES) mkdirSync(`${root}/${name}`)
    writeFileSync(`${root}/.git/config`, 'mine')
    chmodSync(`${root}/.git/config`, 0o666)
    const sandbox = { profile: workspaceWrite({ root, excludeSlashTmp: true, excludeTmpdir: true }) }
    const result = await runSandboxed(user, {
      sandbox,
      command: ['sh', '-c', 'echo x >.git/config || cat .git/config; echo y >ok; cat ok'],
      run: { cwd: root },
    })
    expect(result).toMatchObject({ stdout: 'miney\n', violations: [] })
    expect(result.enforced.notes).toEqual([])
  })
})
