import { expect, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { makeScene, ours } from './scene.ts'

const SETTINGS = '[sandbox_workspace_write]\nnetwork_access = true\n'
const PROFILE = '[permissions.own]\nextends = ":read-only"\n'

describeForUsers('a configuration that says what is probably not meant', [], (user) => {
  test.each([
    {
      why: 'settings of another profile',
      text: `sandbox_mode = "read-only"\n${SETTINGS}`,
      warning:
        /^linux-sandbox: warning: sandbox_workspace_write has no effect .* \(\S+\/a\.toml, line 2\)\n$/,
    },
    {
      why: 'a workspace root that no entry is about',
      text: `default_permissions = "own"\n${PROFILE}[permissions.own.workspace_roots]\n"/srv" = true\n`,
      warning:
        /^linux-sandbox: warning: the workspace root \/srv has no effect: .* \(\S+\/a\.toml, line 5\)\n$/,
    },
    {
      why: 'domains that are switched off',
      text: `default_permissions = "own"\n${PROFILE}network = { enabled = false, domains = {} }\n`,
      warning: /^linux-sandbox: warning: network\.enabled is false, .* \(\S+\/a\.toml, line 4\)\n$/,
    },
    {
      why: 'domains of which none is allowed',
      text: `default_permissions = "own"\n${PROFILE}network.domains = { "a.example" = "deny" }\n`,
      warning: /^linux-sandbox: warning: the profile own allows no domain, .* \(\S+\/a\.toml, line 2\)\n$/,
    },
  ])('is run with a warning about $why', async ({ text, warning }) => {
    const scene = makeScene(user, { 'a.toml': text })
    for (const words of [['true'], ['check', '/']]) {
      const end = await ours(scene, [...words.slice(0, -1), '--config', 'TOP/a.toml', ...words.slice(-1)])
      expect(end).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(warning) as string })
    }
  })

  test('is told by the option that it is in', async () => {
    const set = 'sandbox_workspace_write.network_access=true'
    const end = await ours(makeScene(user), ['-c', 'sandbox_mode=read-only', '-c', set, 'true'])
    expect(end.stderr).toMatch(new RegExp(`has no effect .* \\(-c ${set.replaceAll('.', '\\.')}\\)\\n$`))
  })

  test('says nothing where the profile is asked for, nor where all is meant', async () => {
    const scene = makeScene(user, { 'a.toml': SETTINGS })
    for (const options of [['-P', ':read-only'], []]) {
      const end = await ours(scene, ['--config', 'TOP/a.toml', ...options, 'true'])
      expect(end).toMatchObject({ exitCode: 0, stderr: '' })
    }
  })
})
