import type { PermissionProfile, Sandbox } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, withLibrary } from '../../support/index.ts'

/** What the disk comes to between two commands of one sandbox, and what the second one must not get. */
const CHANGES = [
  { why: 'nothing', change: 'true', act: 'cat secret' },
  { why: 'a denied file that is another one', change: 'rm secret; echo new > secret', act: 'cat secret' },
  {
    why: 'a denied directory in place of a file',
    change: 'rm secret; mkdir secret; echo new > secret/in',
    act: 'cat secret/in',
  },
  { why: 'a match of a glob', change: 'echo new > sub/other.env', act: 'cat sub/other.env' },
  {
    why: 'a repository',
    change: 'mkdir -p sub/.git/hooks; touch sub/.git/HEAD',
    act: 'echo evil > sub/.git/hooks/pre-commit',
  },
] as const

describeForUsers('the second command of a sandbox', [], (user) => {
  test.each(CHANGES)('is confined on the disk as it is then, with $why', async ({ change, act }) => {
    const root = makeDirectory(user)
    const seen = await withLibrary(
      user,
      { profiles: { strict: profileOf(root, true), open: profileOf(root, false) }, change, act, root },
      async ({ lib, childProcess }, { profiles, change: changing, act: deed, root: cwd }) => {
        const statusIn = async (sandbox: Sandbox): Promise<number | null> =>
          (await sandbox.run('sh', ['-c', deed], { cwd })).exitCode
        const onHost = (script: string): void => void childProcess.execFileSync('sh', ['-c', script], { cwd })
        onHost('mkdir sub; echo first > secret')
        const strict = await lib.Sandbox.create({ profile: profiles.strict, policyCwd: cwd })
        const open = await lib.Sandbox.create({ profile: profiles.open, policyCwd: cwd, gitWrites: 'all' })
        for (const sandbox of [strict, open]) await sandbox.run('true', [], { cwd })
        onHost(changing)
        return { strict: await statusIn(strict), open: await statusIn(open) }
      },
    )
    expect(seen.open).toBe(0)
    expect(seen.strict).not.toBe(0)
  })
})

function profileOf(root: string, isStrict: boolean): PermissionProfile {
  const path = (text: string) => ({ type: 'path', path: text }) as const
  const denials = [
    { path: path(`${root}/secret`), access: 'deny' },
    { path: { type: 'glob_pattern', pattern: '**/*.env' }, access: 'deny' },
  ] as const
  return {
    type: 'managed',
    file_system: {
      type: 'restricted',
      entries: [
        { path: path('/'), access: 'read' },
        { path: path(root), access: 'write' },
        ...(isStrict ? denials : []),
      ],
    },
    network: 'restricted',
  } as PermissionProfile
}
