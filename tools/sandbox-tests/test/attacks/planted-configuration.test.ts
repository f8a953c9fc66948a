import { existsSync, lchownSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  runProgram,
  stagedNode,
  stagedProgram,
  userEnvironment,
  type ProgramEnd,
  type TestUser,
} from '../../support/index.ts'
import { expectRefusal } from '../bad-input/programs.ts'
import { makeFiles, makeOutside } from '../cli/places.ts'

const WORKSPACE = 'default_permissions = ":workspace"\n'
const FULL = 'default_permissions = ":danger-full-access"'

const REFUSED = /cannot enforce write on :workspace_roots: the command could change the configuration/

interface Scene {
  readonly user: TestUser
  /** Has `w`, a workspace, and `home`. */
  readonly top: string
}

/** `TOP` in what a link leads to is the scene. */
function makeScene(user: TestUser, links: Readonly<Record<string, string>> = {}): Scene {
  const top = makeOutside(user)
  makeFiles(user, top, {
    'w/a.toml': WORKSPACE,
    'w/way/x': '',
    'a.toml': WORKSPACE,
    'home/.config/x': '',
    'empty/': '',
  })
  for (const [name, to] of Object.entries(links)) {
    makeFiles(user, top, { [`${dirname(name)}/`]: '' })
    symlinkSync(to.replaceAll('TOP', top), join(top, name))
    lchownSync(join(top, name), user.uid, user.gid)
  }
  return { user, top }
}

interface Start {
  readonly options?: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
  /** The words of the shell before the multitool. */
  readonly redirection?: string
}

/** Runs the multitool in the workspace; `TOP` stands for the scene. */
async function ours(
  { user, top }: Scene,
  words: readonly string[],
  { options = [], variables = {}, redirection = '' }: Start = {},
): Promise<ProgramEnd> {
  const placed = (text: string): string => text.replaceAll('TOP', top)
  const env = Object.fromEntries(
    Object.entries({ HOME: 'TOP/home', ...variables }).map(([name, value]) => [name, placed(value)]),
  )
  const program = [stagedNode(), stagedProgram('linux-sandbox'), ...options, ...words].map(placed)
  const script = `${placed(redirection)} exec "$@"`
  return await runProgram(user, 'sh', ['-c', script, 'sh', ...program], {
    cwd: join(top, 'w'),
    env: { ...userEnvironment(), ...env },
  })
}

const plant = (file: string): string[] => ['sh', '-c', `echo '${FULL}' > "$0" && echo planted`, file]

describeForUsers('a command makes the configuration of the next start', [], (user) => {
  test.each([
    {
      how: 'in the workspace, which is where the default one would be',
      links: { 'home/.config/linux-sandbox': 'TOP/empty' },
      start: { options: ['-C', 'TOP/empty'] },
      file: 'empty/config.toml',
    },
    {
      how: 'in the directory of the default one itself',
      links: { 'home/.config/linux-sandbox/x': 'nowhere' },
      start: { options: ['-C', 'TOP/home/.config/linux-sandbox'] },
      file: 'home/.config/linux-sandbox/config.toml',
    },
    {
      how: 'where the default one leads as a link to nothing',
      links: { 'home/.config/linux-sandbox/config.toml': 'TOP/w/planted.toml' },
      start: {},
      file: 'w/planted.toml',
    },
    {
      how: 'by a link in the workspace that the default one leads through',
      links: { 'home/.config/linux-sandbox/config.toml': 'TOP/w/link', 'w/link': 'TOP/empty/config.toml' },
      start: {},
      file: 'w/link',
    },
    {
      how: 'by a link to the directory of all configurations, in a home that is the workspace',
      links: { 'linked/.config': 'TOP/empty' },
      start: { options: ['-C', 'TOP/linked'], variables: { HOME: 'TOP/linked' } },
      file: 'linked/.config',
    },
    {
      how: 'where the environment names one, at a start that names another',
      links: {},
      start: { options: ['--config', 'TOP/a.toml'], variables: { LINUX_SANDBOX_CONFIG: 'TOP/w/none.toml' } },
      file: 'w/none.toml',
    },
  ])('$how', async ({ links, start, file }) => {
    const scene = makeScene(user, links)
    expectRefusal(await ours(scene, plant(`TOP/${file}`), start), 125, REFUSED)
    // The same without what makes it a configuration.
    const twin = makeScene(user)
    const end = await ours(twin, plant('TOP/w/planted.toml'))
    expect(end).toMatchObject({ exitCode: 0, stdout: 'planted\n' })
    expect(existsSync(join(twin.top, 'w/planted.toml'))).toBe(true)
  })

  test('where the default one leads, when that directory is not the workspace itself: it is kept', async () => {
    const scene = makeScene(user, { 'linked/.config': 'TOP/w/way' })
    const start = { variables: { HOME: 'TOP/linked' } }
    const kept = await ours(scene, plant('TOP/w/way/linux-sandbox/config.toml'), start)
    expect(kept).toMatchObject({ stdout: '' })
    expect(kept.stderr).toMatch(/Read-only file system/)
    expect(await ours(scene, plant('TOP/w/way/other'), start)).toMatchObject({ stdout: 'planted\n' })
  })
})

describeForUsers('a configuration in the workspace is refused', [], (user) => {
  test.each([
    { how: 'below /proc/self/cwd', config: '/proc/self/cwd/a.toml' },
    { how: 'below /proc/self/root', config: '/proc/self/rootTOP/w/a.toml' },
    { how: 'as an open descriptor', config: '/proc/self/fd/8', redirection: 'exec 8<TOP/w/a.toml;' },
    { how: 'as stdin', config: '/dev/stdin', redirection: 'exec <TOP/w/a.toml;' },
    { how: 'up from a directory in it', config: 'TOP/w/way/../a.toml' },
    { how: 'with a slash too many', config: '/TOP//w///a.toml' },
  ])('by the name $how', async ({ config, redirection = '' }) => {
    const scene = makeScene(user)
    const start = { options: ['--config', config], redirection }
    expectRefusal(await ours(scene, ['true'], start), 125, REFUSED)
    const outside = {
      options: ['-C', 'TOP/empty', '--config', config],
      redirection,
    }
    expect(await ours(scene, ['true'], outside)).toMatchObject({ exitCode: 0, stderr: '' })
  })
})
