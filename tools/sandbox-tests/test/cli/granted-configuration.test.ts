import { expect, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { expectRefusal } from '../bad-input/programs.ts'
import { makeFiles } from './places.ts'
import { makeScene, ours } from './scene.ts'

const READ_ONLY = 'default_permissions = ":read-only"\n'

describeForUsers('where a configuration is looked for,', [], (user) => {
  const PLACE = '~/.config/linux-sandbox'

  test.each([
    { what: 'the directory of an unused configuration', entries: { [PLACE]: 'write' } },
    { what: 'an unused configuration', entries: { [`${PLACE}/config.toml`]: 'write' } },
    {
      what: 'an unused configuration in a denied directory',
      entries: { '~/.config': 'deny', [`${PLACE}/config.toml`]: 'write' },
    },
  ])('a profile cannot grant just $what', async ({ entries }) => {
    const profile = (grants: Readonly<Record<string, string>>): string =>
      [
        'default_permissions = "own"\n[permissions.own]\nextends = ":read-only"\n[permissions.own.filesystem]',
        ...Object.entries(grants).map(([path, access]) => `"${path}" = "${access}"`),
      ].join('\n')
    const scene = makeScene(user, {
      'a.toml': profile(entries),
      'twin.toml': profile({ '~/.config': 'deny', '~/.config/beside': 'write' }),
      'home/.config/linux-sandbox/config.toml': READ_ONLY,
      'home/.config/beside/x': '',
    })
    const end = await ours(scene, ['--config', 'TOP/a.toml', 'true'])
    expectRefusal(end, 125, /could change the configuration \S+\/home\/\.config\/linux-sandbox\/config\.toml/)
    const write = ['sh', '-c', 'echo y > TOP/home/.config/beside/x']
    expect(await ours(scene, ['--config', 'TOP/twin.toml', ...write])).toMatchObject({ exitCode: 0 })
  })

  test('a denied directory stays denied where a configuration is looked for', async () => {
    const scene = makeScene(user, {
      'home/.config/linux-sandbox/config.toml': READ_ONLY,
      'home/.config/beside': '',
    })
    const profile = '[permissions.own]\nextends = ":read-only"\n[permissions.own.filesystem]\n"~" = "write"'
    makeFiles(user, scene.top, {
      'a.toml': `${profile}\n"~/.config" = "deny"\n`,
      'twin.toml': `${profile}\n`,
    })
    const look = ['-P', 'own', 'cat', 'TOP/home/.config/linux-sandbox/config.toml']
    expect((await ours(scene, ['--config', 'TOP/a.toml', ...look])).stdout).toBe('')
    expect((await ours(scene, ['--config', 'TOP/twin.toml', ...look])).stdout).toBe(READ_ONLY)
  })
})
