import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { PermissionProfile } from 'linux-sandbox'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  makeDirectory,
  ROOT,
  TEST_USERS,
  withLibrary,
  type TestUser,
} from '../../support/index.ts'
import { profileOf, type Grants } from '../policy/policies.ts'
import { fakeBwrap, REAL_BWRAP } from './fakes.ts'

const USED = 'this one was used'

interface Scene {
  readonly why: string
  /** Where the bwrap is, below the directory of the test. */
  readonly bwrap: string
  /** Links to make, and where they lead. */
  readonly links?: Readonly<Record<string, string>>
  /** The directory in `PATH`. Default: that of the bwrap. */
  readonly path?: string
  /** Besides reading everything. */
  readonly grants?: Grants
  /** Of the caller. Default: `/`. */
  readonly cwd?: string
  /** Why it is not used, with `TOP` for the directory of the test; used when missing. */
  readonly reason?: string
}

const LIES = 'lies where the policy lets the command write'

const SCENES: readonly Scene[] = [
  { why: 'where only reading is granted', bwrap: 'w/bin/bwrap' },
  {
    why: 'in a writable root',
    bwrap: 'w/bin/bwrap',
    grants: { w: 'write' },
    reason: `TOP/w/bin/bwrap ${LIES}`,
  },
  { why: 'beside a writable root', bwrap: 'o/bwrap', grants: { w: 'write' } },
  {
    why: 'that is a link into a writable root',
    bwrap: 'w/bin/bwrap',
    links: { 'o/bwrap': 'w/bin/bwrap' },
    path: 'o',
    grants: { w: 'write' },
    reason: `TOP/w/bin/bwrap ${LIES}`,
  },
  { why: 'that is a link to elsewhere', bwrap: 'p/bwrap', links: { 'o/bwrap': 'p/bwrap' }, path: 'o' },
  {
    why: 'that is granted to be written itself',
    bwrap: 'o/bwrap',
    grants: { 'o/bwrap': 'write' },
    reason: `TOP/o/bwrap ${LIES}`,
  },
  {
    why: 'that is read-only in a directory that can be renamed',
    bwrap: 'w/bin/bwrap',
    grants: { w: 'write', 'w/bin/bwrap': 'read' },
    reason: 'TOP/w/bin/bwrap is reached by TOP/w/bin, which the command could replace',
  },
  {
    why: 'in a read-only directory below one that can be renamed',
    bwrap: 'w/a/bin/bwrap',
    grants: { w: 'write', 'w/a/bin': 'read' },
    reason: 'TOP/w/a/bin/bwrap is reached by TOP/w/a, which the command could replace',
  },
  {
    why: 'in a directory that a deeper rule makes read-only',
    bwrap: 'w/bin/bwrap',
    grants: { w: 'write', 'w/bin': 'read' },
  },
  {
    why: 'reached by a link in a writable root',
    bwrap: 'o/bwrap',
    links: { 'w/link': 'o' },
    path: 'w/link',
    grants: { w: 'write' },
    reason: 'TOP/o/bwrap is reached by the link TOP/w/link, which the command could replace',
  },
  {
    why: 'reached by a link where only reading is granted',
    bwrap: 'o/bwrap',
    links: { 'w/link': 'o' },
    path: 'w/link',
  },
  {
    why: 'in a writable root that the policy names by a link',
    bwrap: 'w/bin/bwrap',
    links: { alias: 'w' },
    grants: { alias: 'write' },
    reason: `TOP/w/bin/bwrap ${LIES}`,
  },
  {
    why: 'in the working directory',
    bwrap: 'w/bin/bwrap',
    cwd: 'w',
    reason: 'TOP/w/bin/bwrap lies in the working directory',
  },
  {
    why: 'in the working directory, by a link from outside',
    bwrap: 'w/bin/bwrap',
    links: { 'o/bwrap': 'w/bin/bwrap' },
    path: 'o',
    cwd: 'w',
    reason: 'TOP/w/bin/bwrap lies in the working directory',
  },
  { why: 'beside the working directory', bwrap: 'o/bwrap', cwd: 'w' },
]

/** The directory of the test, with the program and the links in it. All of it belongs to `user`. */
function makeScene(user: TestUser, { bwrap, links = {} }: Pick<Scene, 'bwrap' | 'links'>): string {
  const top = makeDirectory(user)
  const made = ['w', 'o', dirname(bwrap)].map((name) => `${top}/${name}`)
  for (const directory of made) mkdirSync(directory, { recursive: true })
  writeFileSync(`${top}/${bwrap}`, fakeBwrap(`echo ${USED} >&2; exit 1`))
  chmodSync(`${top}/${bwrap}`, 0o755)
  for (const [name, to] of Object.entries(links)) symlinkSync(`${top}/${to}`, `${top}/${name}`)
  for (const path of [...made, `${top}/${bwrap}`]) chownSync(path, user.uid, user.gid)
  return top
}

/** What comes of a command when `path` is all of `PATH`: what it wrote, or the error. */
async function outcome(user: TestUser, profile: PermissionProfile, path: string, cwd = '/'): Promise<string> {
  const { value, error } = await withLibrary(
    user,
    profile,
    async ({ lib, attempt }, input) =>
      attempt(async () => {
        const sandbox = await lib.Sandbox.create({ profile: input, backend: 'bwrap' })
        return (await sandbox.run('/bin/echo', ['ran'])).stdout
      }),
    { env: { PATH: path }, cwd },
  )
  return value ?? `${error?.code}: ${error?.message}`
}

describeForUsers('a bwrap', [], (user) => {
  test.each(SCENES)('$why', async (scene) => {
    const top = makeScene(user, scene)
    const grants = Object.entries(scene.grants ?? {}).map(([path, access]) => [`${top}/${path}`, access])
    const profile = profileOf({ '/': 'read', ...(Object.fromEntries(grants) as Grants) })
    const path = `${top}/${scene.path ?? dirname(scene.bwrap)}`
    const cwd = scene.cwd === undefined ? '/' : `${top}/${scene.cwd}`
    const said = await outcome(user, profile, path, cwd)
    if (scene.reason === undefined) {
      expect(said).toMatch(new RegExp(`^SANDBOX_SETUP_FAILED: .*${USED}$`))
      return
    }
    expect(said).toContain(`BWRAP_MISSING: bwrap is unavailable: ${scene.reason.replaceAll('TOP', top)}, the`)
    // What is passed over does not keep the next one from being used.
    expect(await outcome(user, profile, `${path}:${dirname(REAL_BWRAP)}`, cwd)).toBe('ran\n')
  })

  test('several that cannot be used are all named, each with its reason', async () => {
    const top = makeScene(user, { bwrap: 'w/bin/bwrap', links: { 'o/bwrap': 'nowhere' } })
    const profile = profileOf({ '/': 'read', [`${top}/w`]: 'write' })
    const said = await outcome(user, profile, `${top}/w/bin:${top}/o`)
    expect(said).toContain(`${top}/w/bin/bwrap ${LIES}, ${top}/o/bwrap is a link to nothing, the bundled `)
  })

  test('that is too old is passed over for the next one in PATH', async () => {
    const top = makeScene(user, { bwrap: 'o/bwrap' })
    writeFileSync(`${top}/o/bwrap`, '#!/bin/sh\necho --bind\n')
    const path = `${top}/o:${dirname(REAL_BWRAP)}`
    expect(await outcome(user, profileOf({ '/': 'read' }), path)).toBe('ran\n')
  })
})

describeForUsers('under a grant of the whole disk', [], (user) => {
  const profile = profileOf({ '/': 'write' })

  test('the bwrap of the host is used', async () => {
    expect(await outcome(user, profile, dirname(REAL_BWRAP))).toBe('ran\n')
  })

  test('one that this user could change is not, except by root, who could change every one', async () => {
    const top = makeScene(user, { bwrap: 'o/bwrap' })
    const said = await outcome(user, profile, `${top}/o`)
    expect(said).toContain(user.uid === 0 ? USED : `${top}/o/bwrap ${LIES}`)
  })

  test.runIf(TEST_USERS.length > 1)(
    'one of root is, unless it lies where others can put theirs',
    async () => {
      const top = makeScene(ROOT, { bwrap: 'o/bwrap' })
      expect(await outcome(user, profile, `${top}/o`)).toContain(USED)
      if (user.uid === 0) return
      chmodSync(top, 0o777)
      expect(await outcome(user, profile, `${top}/o`)).toContain(`is reached by ${top}/o, which`)
      // With the sticky bit only who owns a file can replace it.
      chmodSync(top, 0o1777)
      expect(await outcome(user, profile, `${top}/o`)).toContain(USED)
      chmodSync(`${top}/o/bwrap`, 0o757)
      expect(await outcome(user, profile, `${top}/o`)).toContain(LIES)
    },
  )
})
