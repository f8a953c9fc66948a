import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, lchownSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { expectRefusal } from '../bad-input/programs.ts'
import { makeScene, ours, type Scene } from './scene.ts'

const READ_ONLY = 'default_permissions = ":read-only"\n'
const WORKSPACE = 'default_permissions = ":workspace"\n'
const FULL = 'default_permissions = ":danger-full-access"\n'

const TOUCH = ['touch', 'TOP/w/made']

describeForUsers('the configuration', [], (user) => {
  test.each([
    { from: '--config', options: ['--config', 'TOP/a.toml'], variables: {} },
    { from: '--config, relative', options: ['--config', '../a.toml'], variables: {} },
    { from: 'LINUX_SANDBOX_CONFIG', options: [], variables: { LINUX_SANDBOX_CONFIG: 'TOP/a.toml' } },
    { from: 'XDG_CONFIG_HOME', options: [], variables: { XDG_CONFIG_HOME: 'TOP/xdg' } },
    { from: '.config of the home', options: [], variables: { HOME: 'TOP/configured' } },
    {
      from: '.config, when the others mean nothing',
      options: [],
      variables: { HOME: 'TOP/configured', LINUX_SANDBOX_CONFIG: '', XDG_CONFIG_HOME: 'xdg' },
    },
  ])('comes from $from', async ({ options, variables }) => {
    const files = {
      'a.toml': READ_ONLY,
      'xdg/linux-sandbox/config.toml': READ_ONLY,
      'configured/.config/linux-sandbox/config.toml': READ_ONLY,
    }
    const scene = makeScene(user, files)
    expect(await ours(scene, TOUCH)).toMatchObject({ exitCode: 0, stderr: '' })
    const end = await ours(scene, [...options, ...TOUCH, 'TOP/w/again'], variables)
    expect(end).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Read-only') as string })
    const explained = await ours(scene, ['explain', ...options], variables)
    expect(explained.stdout).toMatch(/^profile {4}:read-only\nfrom {7}\S+\.toml\n/)
  })

  test('that is named on the command line wins over the environment, and that over the default places', async () => {
    const scene = makeScene(user, {
      'full.toml': WORKSPACE,
      'read.toml': READ_ONLY,
      'home/.config/linux-sandbox/config.toml': READ_ONLY,
    })
    const variables = { LINUX_SANDBOX_CONFIG: 'TOP/full.toml' }
    expect(await ours(scene, TOUCH)).toMatchObject({ exitCode: 1 })
    expect(await ours(scene, TOUCH, variables)).toMatchObject({ exitCode: 0 })
    expect(await ours(scene, ['--config', 'TOP/read.toml', ...TOUCH], variables)).toMatchObject({
      exitCode: 1,
    })
  })

  test('can have profiles, and be overridden', async () => {
    const build =
      '[permissions.build]\nextends = ":workspace"\n[permissions.build.filesystem]\n":workspace_roots" = { "**/*.env" = "deny" }\n'
    const scene = makeScene(user, { 'a.toml': build, 'w/x.env': 'secret', 'w/x.txt': 'text' })
    const options = ['--config', 'TOP/a.toml', '-P', 'build']
    const read = ['cat', 'TOP/w/x.txt', 'TOP/w/x.env']
    expect(await ours(scene, [...options, ...read])).toMatchObject({ exitCode: 1, stdout: 'text' })
    expect(await ours(scene, ['--config', 'TOP/a.toml', ...read])).toMatchObject({
      exitCode: 0,
      stdout: 'textsecret',
    })
    const checked = await ours(scene, ['check', ...options, '../w/x.txt', 'x.env'])
    expect(checked).toMatchObject({ exitCode: 1, stderr: '' })
    expect(checked.stdout).toMatch(/^yes: read \S+x\.txt: .*\nno: read \S+x\.env: .*deny on .*\*\.env.*\n$/)
    const overridden = ['-c', 'sandbox_mode="read-only"', ...TOUCH]
    expect(await ours(scene, overridden)).toMatchObject({ exitCode: 1 })
    expect(existsSync(join(scene.top, 'w/made'))).toBe(false)
    expect(await ours(scene, TOUCH)).toMatchObject({ exitCode: 0 })
  })

  test.each([
    {
      why: 'is not there',
      options: ['--config', 'TOP/none.toml'],
      variables: {},
      message: /none\.toml .*ENOENT/,
    },
    {
      why: 'is not there, by the environment',
      options: [],
      variables: { LINUX_SANDBOX_CONFIG: 'TOP/none.toml' },
      message: /ENOENT/,
    },
    { why: 'is a directory', options: ['--config', 'TOP/home'], variables: {}, message: /no regular file/ },
    { why: 'is a pipe', options: ['--config', 'TOP/pipe'], variables: {}, message: /no regular file/ },
    {
      why: 'has an unknown key',
      options: ['--config', 'TOP/typo.toml'],
      variables: {},
      message: /default_permission: is unknown; did you mean default_permissions\?/,
    },
    { why: 'is no TOML', options: ['--config', 'TOP/bad.toml'], variables: {}, message: /bad\.toml/ },
    { why: 'is overridden by what means nothing', options: ['-c', 'x'], variables: {}, message: /x/ },
    {
      why: 'lacks the profile',
      options: ['-c', 'use_legacy_landlock=false', '-P', 'nope'],
      variables: {},
      message: /no profile named "nope"/,
    },
  ])('that $why is refused, and nothing runs', async ({ options, variables, message }) => {
    const scene = makeScene(user, { 'typo.toml': 'default_permission = ":read-only"\n', 'bad.toml': '[' })
    execFileSync('mkfifo', ['-m', '666', join(scene.top, 'pipe')])
    expectRefusal(await ours(scene, [...options, ...TOUCH], variables), 2, message)
    expect(existsSync(join(scene.top, 'w/made'))).toBe(false)
  })
})

describeForUsers('a directory that cannot be looked into', ['root'], (user) => {
  const strict = { 'home/.config/linux-sandbox/config.toml': READ_ONLY }
  /** root looks into all of them, so the configuration holds. */
  const holds = user.name === 'root' ? { exitCode: 1 } : undefined

  test('counts as one without a configuration when it is the home of somebody else', async () => {
    const scene = makeScene(user, strict)
    chownSync(join(scene.top, 'home'), 0, 0)
    chmodSync(join(scene.top, 'home'), 0o700)
    expect(await ours(scene, TOUCH)).toMatchObject(holds ?? { exitCode: 0, stderr: '' })
  })

  test('ends the start when it is his own, as a command could have closed it', async () => {
    const scene = makeScene(user, strict)
    chmodSync(join(scene.top, 'home/.config'), 0)
    const end = await ours(scene, TOUCH)
    if (holds === undefined) expectRefusal(end, 2, /EACCES/)
    else expect(end).toMatchObject(holds)
  })
})

describeForUsers('a command cannot decide about the next one:', [], (user) => {
  test.each([
    { why: 'the file lies in the workspace', config: 'w/a.toml', link: undefined },
    { why: 'the file lies deep in the workspace', config: 'w/b/c/a.toml', link: undefined },
    { why: 'a link leads into the workspace', config: 'link.toml', link: ['link.toml', 'w/a.toml'] },
    { why: 'a link in the workspace leads to it', config: 'w/link.toml', link: ['w/link.toml', '../a.toml'] },
    { why: 'a link above it is in the workspace', config: 'w/way/a.toml', link: ['w/way', '..'] },
  ] as const)('$why', async ({ config, link }) => {
    const scene = makeScene(user, { 'a.toml': WORKSPACE, 'w/a.toml': WORKSPACE, 'w/b/c/a.toml': WORKSPACE })
    if (link !== undefined) {
      symlinkSync(link[1], join(scene.top, link[0]))
      lchownSync(join(scene.top, link[0]), user.uid, user.gid)
    }
    const end = await ours(scene, ['--config', `TOP/${config}`, ...TOUCH])
    expectRefusal(
      end,
      125,
      /cannot enforce write on :workspace_roots: the command could change the configuration/,
    )
    expect(existsSync(join(scene.top, 'w/made'))).toBe(false)
    expect(await ours(scene, ['--config', 'TOP/a.toml', ...TOUCH])).toMatchObject({ exitCode: 0 })
  })

  test('the workspace is named by a link to what holds the file', async () => {
    const scene = makeScene(user, { 'real/a.toml': WORKSPACE })
    symlinkSync('real', join(scene.top, 'named'))
    const end = await ours(scene, ['-C', 'TOP/named', '--config', 'TOP/real/a.toml', 'true'])
    expectRefusal(end, 125, /cannot enforce write on :workspace_roots/)
    expect(await ours(scene, ['--config', 'TOP/real/a.toml', 'true'])).toMatchObject({ exitCode: 0 })
  })

  const PLANT = `
    mkdir -p "$2" 2>/dev/null
    echo '${FULL.trim()}' > "$2/config.toml"
    test ! -e "$2/config.toml" || echo planted`

  /** Says what it could do, by every way to a file of that name. */
  const ATTACKS = [
    { how: 'making it', script: PLANT },
    { how: 'moving its directory', script: `mv "$2" "$2.old"; ${PLANT}` },
    { how: 'moving what is above', script: `mv "$1/.config" "$1/.old"; ${PLANT}` },
    {
      how: 'a link in its place',
      script: `mkdir -p "$1/x"; rm -rf "$1/.config"; ln -s x "$1/.config"; ${PLANT}`,
    },
    { how: 'removing what is above', script: `rm -rf "$1/.config" "$2"; ${PLANT}` },
  ]

  test.each(ATTACKS)(
    'workspace and home are one, and there is no configuration: $how',
    async ({ script }) => {
      const words = (scene: Scene, directory: string): string[] => [
        '-C',
        'TOP/home',
        '--',
        'sh',
        '-c',
        script,
        'sh',
        `${scene.top}/home`,
        `${scene.top}/home/${directory}`,
      ]
      for (const files of [{}, { 'home/.config/other/x': '' }]) {
        const scene = makeScene(user, files)
        const end = await ours(scene, words(scene, '.config/linux-sandbox'))
        expect(end.stdout).toBe('')
        expect(existsSync(join(scene.top, 'home/.config/linux-sandbox/config.toml'))).toBe(false)
        const next = await ours(scene, ['explain'])
        expect(next.stdout).toMatch(/^profile {4}:workspace\ndirectory/)
      }
      const twin = makeScene(user)
      expect((await ours(twin, words(twin, '.elsewhere/linux-sandbox'))).stdout).toBe('planted\n')
      expect(existsSync(join(twin.top, 'home/.elsewhere/linux-sandbox/config.toml'))).toBe(true)
    },
  )

  test('a start that uses another configuration keeps the default places as they are', async () => {
    const scene = makeScene(user, {
      'a.toml': WORKSPACE,
      'home/.config/linux-sandbox/config.toml': READ_ONLY,
    })
    const write = `echo '${FULL.trim()}' > "$1/config.toml" && echo planted`
    const words = ['--config', 'TOP/a.toml', '-C', 'TOP/home', 'sh', '-c', write, 'sh']
    expect((await ours(scene, [...words, 'TOP/home/.config/linux-sandbox'])).stdout).toBe('')
    expect((await ours(scene, [...words, 'TOP/home'])).stdout).toBe('planted\n')
    expect((await ours(scene, ['explain'])).stdout).toMatch(/^profile {4}:read-only\n/)
  })

  test('the default configuration is used and lies in the workspace', async () => {
    const scene = makeScene(user, { 'home/.config/linux-sandbox/config.toml': WORKSPACE })
    expectRefusal(await ours(scene, ['-C', 'TOP/home', 'true']), 125, /could change the configuration/)
    expect(await ours(scene, ['true'])).toMatchObject({ exitCode: 0, stderr: '' })
  })
})
