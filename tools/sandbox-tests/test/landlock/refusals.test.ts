import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { readOnly, type PermissionProfile, type SandboxOptions } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeOnHost, runScenario } from '../../support/index.ts'
import { newScene, profileOf, type Scene } from '../attacks/scene.ts'
import { ABI, LANDLOCK, plainProfile } from './workspace.ts'

type Entry = readonly [access: 'read' | 'write' | 'deny', path: string]

/** Reads everything, with `entries`; a path of `*` is a pattern, and without `reads` there is no entry for `/`. */
function profileWith(entries: readonly Entry[], { reads = true } = {}): PermissionProfile {
  const given = entries.map(([access, path]) => ({
    access,
    path: path.includes('*') ? { type: 'glob_pattern', pattern: path } : { type: 'path', path },
  }))
  const root = { access: 'read', path: { type: 'special', value: { kind: 'root' } } }
  const file_system = { type: 'restricted', entries: [...(reads ? [root] : []), ...given] }
  return { type: 'managed', file_system, network: 'restricted' } as PermissionProfile
}

/** What Landlock cannot express, and the entry that the error names. */
const POLICIES: readonly {
  why: string
  profile: (scene: Scene) => PermissionProfile
  names: (scene: Scene) => string
}[] = [
  { why: 'denies a file', profile: (scene) => profileOf(scene), names: ({ secret }) => secret },
  {
    why: 'denies by a pattern',
    profile: ({ workspace }) => profileWith([['deny', `${workspace}/**/*.env`]]),
    names: ({ workspace }) => `${workspace}/**/*.env`,
  },
  {
    why: 'makes a part of a writable directory read-only',
    profile: ({ workspace, room }) =>
      profileWith([
        ['write', workspace],
        ['read', room],
      ]),
    names: ({ room }) => room,
  },
  {
    why: 'does so by a link',
    profile: ({ workspace, home }) =>
      profileWith([
        ['write', workspace],
        ['read', join(home, 'link/room')],
      ]),
    names: ({ home }) => join(home, 'link/room'),
  },
  {
    why: 'does not read everything',
    profile: () =>
      profileWith(
        ['/lib', '/lib64', '/usr'].map((path) => ['read', path]),
        { reads: false },
      ),
    names: () => '/lib',
  },
]

const OPTIONS: readonly { option: string; given: Omit<SandboxOptions, 'profile'> }[] = [
  { option: 'privateTmp', given: { privateTmp: true } },
  { option: 'proc: fresh', given: { proc: 'fresh' } },
  { option: 'pidNamespace: private', given: { pidNamespace: 'private' } },
  { option: 'gitWrites: commit', given: { gitWrites: 'commit' } },
  { option: 'nestedSandbox', given: { nestedSandbox: true } },
]

describeOnHost('under Landlock', ['landlock'], (user) => {
  test.each(POLICIES)(
    'a policy that $why is refused with the entry, under bubblewrap it is not',
    async (row) => {
      const scene = newScene(user)
      symlinkSync(scene.workspace, join(scene.home, 'link'))
      const run = (sandbox: Omit<SandboxOptions, 'profile'>) =>
        runScenario(user, {
          sandbox: { ...sandbox, profile: row.profile(scene) },
          command: ['/usr/bin/true'],
        })
      const { error } = await run(LANDLOCK)
      expect(error).toMatchObject({ code: 'POLICY_UNSUPPORTED', exitStatus: 125 })
      expect(error?.message).toContain(row.names(scene))
      expect(error?.hint).toContain('bubblewrap')
      expect((await run({})).result).toMatchObject({ exitCode: 0 })
    },
  )

  test.each(OPTIONS)(
    'the option $option is refused, and without it the command runs',
    async ({ option, given }) => {
      const profile = plainProfile(newScene(user))
      const run = (options: Omit<SandboxOptions, 'profile'>) =>
        runScenario(user, { sandbox: { ...options, ...LANDLOCK, profile }, command: ['true'] })
      expect((await run(given)).error).toMatchObject({
        code: 'POLICY_UNSUPPORTED',
        message: expect.stringContaining(`the option "${option}"`) as string,
      })
      expect((await run({})).result).toMatchObject({ exitCode: 0 })
    },
  )

  test('the result says what was enforced and what was not, one note each', async () => {
    const scene = newScene(user)
    const enforcedFor = async (profile: PermissionProfile, options: Omit<SandboxOptions, 'profile'> = {}) => {
      const { result } = await runScenario(user, {
        sandbox: { ...options, ...LANDLOCK, profile },
        command: ['true'],
      })
      const { notes, ...enforced } = result!.enforced
      return { ...enforced, limits: notes.map((note) => ('limit' in note ? note.limit : note.kind)) }
    }
    const lost = [
      ...(ABI < 2 ? ['refer'] : []),
      ...(ABI < 3 ? ['truncate'] : []),
      ...(ABI < 5 ? ['ioctl-dev'] : []),
      ...(ABI < 6 ? ['signal'] : []),
    ]
    const limits = ['attributes', 'locks', ...lost, 'processes', 'ipc']
    const confined = { filesystem: 'landlock', network: 'none', seccomp: true, proc: 'host' }
    expect(await enforcedFor(readOnly())).toEqual({ ...confined, limits })
    expect(await enforcedFor(plainProfile(scene))).toEqual({
      ...confined,
      limits: ['protected-names', ...limits],
    })
    expect(await enforcedFor(readOnly({ network: 'enabled' }))).toEqual({
      ...confined,
      network: 'host',
      limits,
    })
    const missing = profileWith([['write', join(scene.home, 'nothing')]])
    expect(await enforcedFor(missing)).toEqual({ ...confined, limits: ['root-missing', ...limits] })
  })

  test('a writable file can be written, and its directory cannot', async () => {
    const { home } = newScene(user)
    const log = join(home, 'outside', 'file')
    const script = `echo more >>${log} && ! echo x 2>/dev/null >${home}/outside/new`
    const profile = profileWith([['write', log]])
    const { result } = await runScenario(user, {
      sandbox: { ...LANDLOCK, profile },
      command: ['sh', '-c', script],
    })
    expect(result).toMatchObject({ exitCode: 0 })
  })

  test('a policy that restricts nothing needs no sandbox', async () => {
    const sandbox: SandboxOptions = { ...LANDLOCK, profile: { type: 'disabled' } }
    const { result } = await runScenario(user, { sandbox, command: ['true'] })
    expect(result?.enforced).toMatchObject({ filesystem: 'none', seccomp: false })
  })

  test('limits hold', async () => {
    const profile = plainProfile(newScene(user))
    const run = (limits: NonNullable<SandboxOptions['limits']>) =>
      runScenario(user, { sandbox: { ...LANDLOCK, profile, limits }, command: ['sh', '-c', 'ulimit -n'] })
    expect((await run({ openFiles: 77 })).result?.stdout).toBe('77\n')
    expect((await run({ openFiles: 78 })).result?.stdout).toBe('78\n')
  })
})
