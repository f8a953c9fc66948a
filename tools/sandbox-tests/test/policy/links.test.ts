import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers, runProgram, runScenario, stagedCall, type TestUser } from '../../support/index.ts'
import { inside, makeTree, outside, profileOf, type Grants } from './policies.ts'

const DENIED = 'Permission denied'
const READ_ONLY = 'Read-only file system'
const MISSING = 'No such file or directory'

const PROTECTED = ['.git', '.codex', '.agents', '.aws']

/** A tree with symbolic links in it: name and text of each. */
function makeLinks(
  user: TestUser,
  names: readonly string[],
  links: Readonly<Record<string, string>>,
): string {
  const top = makeTree(user, names)
  for (const [name, to] of Object.entries(links)) symlinkSync(to, join(top, name))
  return top
}

async function refusal(user: TestUser, grants: Grants): Promise<string | undefined> {
  const { error } = await runScenario(user, {
    sandbox: { profile: profileOf(grants) },
    command: ['/bin/sh', '-c', 'true'],
    run: { cwd: '/' },
  })
  expect(error?.code).toBe('POLICY_UNSUPPORTED')
  return error?.message
}

describeForUsers('symbolic links', [], (user) => {
  test.each([
    { why: 'itself', root: 'link', links: { link: 'real/w' } },
    { why: 'above it', root: 'way/w', links: { way: 'real' } },
    { why: 'above it and itself', root: 'way/again', links: { way: 'real', 'real/again': 'w' } },
    { why: 'by an absolute link', root: 'far', links: {}, isAbsolute: true },
  ])('a writable root with a link $why is what it leads to', async ({ root, links, isAbsolute = false }) => {
    const directory = makeLinks(user, ['real/w/x', 'real/w/.git/config', 'real/w/no/x', 'real/other'], links)
    if (isAbsolute) symlinkSync(join(directory, 'real/w'), join(directory, root))
    const named = join(directory, root)
    const grants = { ':root': 'read', [named]: 'write', [`${named}/no`]: 'deny' } as const
    const script = `
      echo x >> $1/real/w/x
      echo x >> $1/${root}/x
      echo x >> $1/${root}/.git/config
      cat $1/real/w/no/x
      cat $1/${root}/no/x
      echo x >> $1/real/other
      ln -sfn other $1/${root.split('/')[0]}`
    const seen = await inside(user, { grants, script, directory })
    expect(seen).toEqual(['ok', 'ok', READ_ONLY, DENIED, DENIED, READ_ONLY, READ_ONLY])
    expect(await outside(user, { script, directory })).toEqual(Array.from({ length: 7 }, () => 'ok'))
  })

  test('a read-only root with a link above it is read by both names, and nothing beside it', async () => {
    const directory = makeLinks(user, ['real/r/x', 'real/other'], { way: 'real' })
    const grants = { ':minimal': 'read', [`${directory}/way/r`]: 'read' } as const
    const script = 'cat $1/way/r/x\ncat $1/real/r/x\ncat $1/way/other\necho x >> $1/way/r/x'
    expect(await inside(user, { grants, script, directory })).toEqual(['ok', 'ok', MISSING, READ_ONLY])
    expect(await outside(user, { script, directory })).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  test('a link in a writable root that leads out of it gives nothing there', async () => {
    const directory = makeLinks(user, ['w/x', 'out/x'], { 'w/out': '../out', 'w/file': '../out/x' })
    const grants = { ':root': 'read', [`${directory}/w`]: 'write' } as const
    const script = 'cat $1/w/file\necho x >> $1/w/file\ntouch $1/w/out/new\nrm $1/w/out/x\nrm $1/w/file'
    expect(await inside(user, { grants, script, directory })).toEqual([
      'ok',
      READ_ONLY,
      READ_ONLY,
      READ_ONLY,
      'ok',
    ])
    symlinkSync('../out/x', join(directory, 'w/file'))
    expect(await outside(user, { script, directory })).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
  })

  test.each(PROTECTED)(
    'a protected name %s that is a link starts nothing, whether it leads in, out or nowhere',
    async (name) => {
      for (const to of ['decoy', '../out', '../none']) {
        const directory = makeLinks(user, ['w/decoy/x', 'out/x'], { [`w/${name}`]: to })
        const message = await refusal(user, { ':root': 'read', [`${directory}/w`]: 'write' })
        expect(message).toContain(`the protection of ${directory}/w/${name}`)
      }
    },
  )

  test.each(PROTECTED)(
    'a protected name %s that is a link is no obstacle once it is granted',
    async (name) => {
      const directory = makeLinks(user, ['w/decoy/x'], { [`w/${name}`]: 'decoy' })
      const grants = {
        ':root': 'read',
        [`${directory}/w`]: 'write',
        [`${directory}/w/${name}`]: 'write',
      } as const
      const script = `echo x >> $1/w/${name}/x`
      expect(await inside(user, { grants, script, directory })).toEqual(['ok'])
    },
  )

  test.each(['read', 'deny'] as const)(
    'a carve-out with %s by a link that the command cannot replace holds for what it leads to',
    async (access) => {
      const directory = makeLinks(user, ['w/a/x', 'w/b/x'], { link: 'w/a' })
      const grants = { ':root': 'read', [`${directory}/w`]: 'write', [`${directory}/link`]: access } as const
      const script = 'echo x >> $1/w/a/x\necho x >> $1/link/x\necho x >> $1/w/b/x\nmv $1/w/a $1/w/c'
      const refused = access === 'read' ? READ_ONLY : DENIED
      const busy = 'Device or resource busy'
      expect(await inside(user, { grants, script, directory })).toEqual([refused, refused, 'ok', busy])
      expect(await outside(user, { script, directory })).toEqual(['ok', 'ok', 'ok', 'ok'])
    },
  )

  test.each([
    { why: 'in the root', to: 'a', accesses: ['read', 'deny'] },
    { why: 'out of it', to: '../out', accesses: ['read', 'deny'] },
    { why: 'to the root', to: '.', accesses: ['read'] },
    { why: 'to nothing', to: 'none', accesses: ['read', 'deny'] },
  ] as const)(
    'a carve-out by a link of the command that leads $why starts nothing',
    async ({ to, accesses }) => {
      const directory = makeLinks(user, ['w/a/x', 'out/x'], { 'w/link': to })
      const root = { ':root': 'read', [`${directory}/w`]: 'write' } as const
      for (const access of accesses) {
        const message = await refusal(user, { ...root, [`${directory}/w/link`]: access })
        expect(message).toContain(`the symbolic link ${directory}/w/link, which the command can replace`)
      }
      const script = 'cat $1/w/a/x\nrm $1/w/link'
      expect(await inside(user, { grants: root, script, directory })).toEqual(['ok', 'ok'])
    },
  )

  test('a denial by a link to the writable root denies all of it: of two spellings the stricter counts', async () => {
    const directory = makeLinks(user, ['w/x', 'x'], { 'w/link': '.' })
    const grants = { ':root': 'read', [`${directory}/w`]: 'write', [`${directory}/w/link`]: 'deny' } as const
    const script = 'cat $1/w/x\ntouch $1/w/new\nls $1/w\ncat $1/x'
    expect(await inside(user, { grants, script, directory })).toEqual([DENIED, DENIED, DENIED, 'ok'])
    expect(await outside(user, { script, directory })).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  test('a dangling link grants nothing and denies nothing, and nobody can make it lead somewhere', async () => {
    const directory = makeLinks(user, ['x'], { gone: 'nowhere', lost: 'nowhere' })
    const grants = { ':root': 'read', [`${directory}/gone`]: 'write', [`${directory}/lost`]: 'deny' } as const
    const script = 'cat $1/x\necho x > $1/gone\ntouch $1/nowhere\ncat $1/lost'
    expect(await inside(user, { grants, script, directory })).toEqual(['ok', READ_ONLY, READ_ONLY, MISSING])
    expect(existsSync(join(directory, 'nowhere'))).toBe(false)
    expect(await outside(user, { script, directory })).toEqual(['ok', 'ok', 'ok', 'ok'])
  })

  test('a root by a link of the command is one where it may write anyway: the names in it are protected', async () => {
    const directory = makeLinks(user, ['w/sub/.git/config', 'w/sub/x', 'out/x'], {
      'w/link': 'sub',
      'w/out': '../out',
    })
    const root = { ':root': 'read', [`${directory}/w`]: 'write' } as const
    const grants = { ...root, [`${directory}/w/link`]: 'write' } as const
    const script = 'echo x >> $1/w/link/x\necho x >> $1/w/sub/.git/config\necho x >> $1/w/link/.git/config'
    expect(await inside(user, { grants, script, directory })).toEqual(['ok', READ_ONLY, READ_ONLY])
    expect(await outside(user, { script, directory })).toEqual(['ok', 'ok', 'ok'])
    const message = await refusal(user, { ...root, [`${directory}/w/out`]: 'write' })
    expect(message).toContain(`the symbolic link ${directory}/w/out, which the command can replace`)
  })

  test('a glob that matches links denies what they lead to, out of the root too, and nothing by one that dangles', async () => {
    const directory = makeLinks(user, ['w/x', 'out/key', 'out/other'], {
      'w/out.env': '../out/key',
      'w/gone.env': '../out/none',
    })
    const root = { ':root': 'read', [`${directory}/w`]: 'write' } as const
    const grants = { ...root, [`${directory}/w/*.env`]: 'deny' } as const
    const script = 'cat $1/out/key\ncat $1/w/out.env\ncat $1/out/other\ncat $1/w/x\ncat $1/w/gone.env'
    expect(await inside(user, { grants, script, directory })).toEqual([DENIED, DENIED, 'ok', 'ok', MISSING])
    expect(await inside(user, { grants: root, script, directory })).toEqual(['ok', 'ok', 'ok', 'ok', MISSING])
  })

  test('links in a loop start nothing', async () => {
    const directory = makeLinks(user, ['x'], { one: 'two', two: 'one' })
    expect(await refusal(user, { ':root': 'read', [`${directory}/one`]: 'write' })).toContain('form a loop')
  })
})

describeForUsers('a working directory behind a link', [], (user) => {
  test('is written by codex-linux-sandbox, and the command starts in what the link leads to', async () => {
    const directory = makeLinks(user, ['real/x', 'real/.git/config'], { link: 'real' })
    mkdirSync(join(directory, 'beside'))
    const link = join(directory, 'link')
    const entries = [
      { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
      { path: { type: 'special', value: { kind: 'project_roots' } }, access: 'write' },
    ]
    const fileSystem = { type: 'restricted', entries }
    const profile = JSON.stringify({ type: 'managed', file_system: fileSystem, network: 'restricted' })
    const script =
      'pwd -P; echo new > x; echo new 2>&- > .git/config; echo new 2>&- > ../beside/y; ls -A ../beside'
    const words = ['--sandbox-policy-cwd', link, '--command-cwd', link, '--permission-profile', profile]
    const end = await runProgram(
      user,
      ...stagedCall('codex-linux-sandbox', [...words, '/bin/sh', '-c', script]),
    )
    expect(end).toMatchObject({ exitCode: 0, stdout: `${join(directory, 'real')}\n` })
    expect(readFileSync(join(directory, 'real/x'), 'utf8')).toBe('new\n')
    expect(readFileSync(join(directory, 'real/.git/config'), 'utf8')).toBe('real/.git/config')
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
  })
})
