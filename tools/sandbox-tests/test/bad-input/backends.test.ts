import { readOnly, type SandboxOptions } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, withLibrary, type TestUser } from '../../support/index.ts'

type Given = Partial<SandboxOptions>

async function end(user: TestUser, call: 'create' | 'preview', given: Given): Promise<string> {
  return await withLibrary(
    user,
    { call, options: { profile: readOnly(), ...given } },
    async ({ lib, attempt }, { call: name, options }) => {
      const { error } = await attempt(async () => {
        if (name === 'preview') lib.previewSandbox(options)
        else await lib.Sandbox.create(options)
        return null
      })
      return error === undefined ? 'done' : `${error.code}: ${error.message}; ${error.hint}`
    },
  )
}

describeForUsers('a backend', [], (user) => {
  test.each(['landlock', 'inner'] as const)('that makes no mounts has no preview: %s', async (backend) => {
    const refused = `POLICY_UNSUPPORTED: cannot enforce the option "backend: ${backend}": a preview is of mounts`
    expect(await end(user, 'preview', { backend })).toContain(refused)
    expect(await end(user, 'preview', { backend })).toContain('; leave it out')
  })

  test.each(['auto', 'bwrap', 'native'] as const)('that makes mounts has a preview: %s', async (backend) => {
    expect(await end(user, 'preview', { backend })).toBe('done')
  })

  test.each([
    { option: 'privateTmp', given: { privateTmp: true } },
    { option: 'proc: fresh', given: { proc: 'fresh' } },
    { option: 'pidNamespace: private', given: { pidNamespace: 'private' } },
  ] as const)('that makes no mounts and namespaces does not take $option', async ({ option, given }) => {
    const refused = `POLICY_UNSUPPORTED: cannot enforce the option "${option}": `
    expect(await end(user, 'create', { ...given, backend: 'inner' })).toContain(refused)
    expect(await end(user, 'create', { backend: 'inner' })).toBe('done')
    expect(await end(user, 'create', { ...given, backend: 'bwrap' })).toBe('done')
  })
})
