import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  ORDINARY_USER,
  userEnvironment,
  withLibrary,
  type TestUser,
} from '../../support/index.ts'
import { makeOutside } from '../cli/places.ts'

interface Made {
  readonly path?: string
  readonly message?: string
}

/** Makes an alias directory and removes it. */
async function make(
  user: TestUser,
  options: { readonly parent?: string; readonly names?: readonly string[] },
  env: Readonly<Record<string, string>> = {},
): Promise<Made> {
  const input = { target: '/bin/true', names: ['one'], ...options }
  const { value, error } = await withLibrary(
    user,
    input,
    async ({ lib, attempt }, given) =>
      await attempt(async () => {
        const made = await lib.aliasDirectory(given)
        made.remove()
        return made.path
      }),
    { env: { ...userEnvironment(), ...env } },
  )
  return value === undefined ? { message: error?.message ?? '' } : { path: value }
}

const ALIASES = 'linux-sandbox-aliases'

describeForUsers('an alias directory', [], (user) => {
  test('is not made below what others can rename, but in their sticky directories', async () => {
    const top = makeOutside(user)
    mkdirSync(`${top}/shared/own`, { recursive: true })
    chownSync(`${top}/shared/own`, user.uid, user.gid)
    chmodSync(`${top}/shared`, 0o777)
    const parent = `${top}/shared/own`
    expect(await make(user, { parent })).toMatchObject({
      message: expect.stringContaining(`${top}/shared can be changed by others`) as string,
    })
    expect(readdirSync(parent)).toEqual([])
    chmodSync(`${top}/shared`, 0o1777)
    expect((await make(user, { parent })).path).toMatch(`${parent}/${ALIASES}/alias-`)
  })

  test('has no link in its path that could be replaced later', async () => {
    const top = makeOutside(user)
    mkdirSync(`${top}/real`)
    chownSync(`${top}/real`, user.uid, user.gid)
    symlinkSync('real', `${top}/link`)
    expect((await make(user, { parent: `${top}/link` })).path).toMatch(`${top}/real/${ALIASES}/alias-`)
  })

  test('is not made where PATH would end in the middle of its name', async () => {
    const top = makeOutside(user)
    mkdirSync(`${top}/a:b`)
    chownSync(`${top}/a:b`, user.uid, user.gid)
    expect((await make(user, { parent: `${top}/a:b` })).message).toContain('would end it in PATH')
    expect(readdirSync(`${top}/a:b`)).toEqual([])
  })

  test('can be made by many at once, the first time too', async () => {
    const parent = makeOutside(user)
    const made = await Promise.all(Array.from({ length: 6 }, async () => await make(user, { parent })))
    expect(made.filter(({ path }) => path === undefined)).toEqual([])
  })

  test.each([[['x'.repeat(300)]], [['in-use']]])(
    'leaves nothing when a name cannot be made: %j',
    async (names) => {
      const parent = makeOutside(user)
      expect((await make(user, { parent, names })).path).toBeUndefined()
      expect(readdirSync(`${parent}/${ALIASES}`)).toEqual([])
    },
  )

  if (user.name === 'root') {
    test.each(['XDG_RUNTIME_DIR', 'XDG_STATE_HOME', 'HOME'])(
      'of root is not made in what %s says, when that is another user’s',
      async (variable) => {
        const theirs = makeOutside(ORDINARY_USER)
        const { path } = await make(user, {}, { [variable]: theirs })
        expect(path?.startsWith(theirs) ?? false).toBe(false)
        expect(readdirSync(theirs)).toEqual([])
        const refused = await make(user, { parent: theirs })
        expect(refused.message).toContain(`${theirs} is another user's`)
      },
    )
  }

  test('is made in what XDG_RUNTIME_DIR says, when that is the user’s own', async () => {
    const own = makeOutside(user)
    const { path = '' } = await make(user, {}, { XDG_RUNTIME_DIR: own })
    expect(path).toMatch(`${own}/${ALIASES}/alias-`)
    expect(existsSync(path)).toBe(false)
  })
})
