import { expect, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { makeScratch, runInside, runOutside, type Scratch } from './scratch.ts'

const WORK = `set -e
echo more >> text
git add text
git commit -q -m two
git branch side
git tag -a -m tag tagged
echo stashed >> text
git stash -q
git stash pop -q
git commit -q -a -m three
git checkout -q side
echo new > file
git add file
git commit -q -m side
git rebase -q HEAD~1
git checkout -q -
git merge -q -m merged side
git reset -q --hard HEAD~1
git cherry-pick side > /dev/null
git branch -f other side
git gc -q
git reflog expire --expire=now --all
git gc -q --prune=now
git fsck --no-dangling
git clean -n
git rev-parse HEAD
`

type Place = (scratch: Scratch) => string

const PLACES: readonly { readonly why: string; readonly place: Place }[] = [
  { why: 'a plain checkout', place: ({ main }) => main },
  {
    why: 'a linked worktree whose repository lies outside of what is writable',
    place: ({ linked }) => linked,
  },
  {
    why: 'a submodule whose repository lies outside of what is writable',
    place: ({ main }) => `${main}/sub`,
  },
  { why: 'a nested repository', place: ({ main }) => `${main}/vendor/inner` },
]

describeForUsers('git with gitWrites: commit', ['git'], (user) => {
  test.each(PLACES)('commits, branches, rebases and cleans up in $why', async ({ place }) => {
    const scratch = await makeScratch(user)
    const cwd = place(scratch)
    const { exitCode, stdout, stderr } = await runInside(scratch, WORK, { cwd, gitWrites: 'commit' })
    expect({ exitCode, stderr: withoutAdvice(stderr) }).toEqual({ exitCode: 0, stderr: '' })

    const head = await runOutside(scratch, 'git fsck --no-dangling && git rev-parse HEAD', cwd)
    expect(head.stdout).toBe(stdout.split('\n').slice(-2).join('\n'))
  })

  test.each(PLACES)('commits nothing with gitWrites: none in $why', async ({ place }) => {
    const scratch = await makeScratch(user)
    const cwd = place(scratch)
    const before = await runOutside(scratch, 'git rev-parse HEAD', cwd)
    const { exitCode } = await runInside(scratch, 'git commit -q --allow-empty -m two', {
      cwd,
      gitWrites: 'none',
    })
    expect(exitCode).not.toBe(0)
    expect(await runOutside(scratch, 'git rev-parse HEAD', cwd)).toEqual(before)
  })

  test('a submodule and a nested repository can be committed to from the checkout that has them', async () => {
    const scratch = await makeScratch(user)
    const script =
      'git -C sub commit -q --allow-empty -m s && git -C vendor/inner commit -q --allow-empty -m n'
    const { exitCode, stderr } = await runInside(scratch, script, { gitWrites: 'commit' })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  test.each(['none', 'commit'] as const)(
    'leaves nothing behind, and git looks the same inside (%s)',
    async (gitWrites) => {
      const scratch = await makeScratch(user)
      const look =
        'git status --porcelain; git rev-parse --show-toplevel; git clean -n; git stash list; git worktree list'
      const before = await runOutside(scratch, look, scratch.main)
      const files = await runOutside(scratch, 'find . | sort', scratch.main)
      const { stdout } = await runInside(scratch, look, { gitWrites })
      expect(stdout).toBe(before.stdout)
      expect(await runOutside(scratch, 'find . | sort', scratch.main)).toEqual(files)
    },
  )

  test('a pointer to a repository that does not point back opens nothing', async () => {
    const scratch = await makeScratch(user)
    await runOutside(
      scratch,
      'git clone -q library stranger; mkdir main/plant; echo "gitdir: $BASE/stranger/.git" > main/plant/.git',
      scratch.base,
    )
    const script = 'echo x > "$BASE/stranger/.git/planted"'
    expect((await runInside(scratch, script, { gitWrites: 'commit' })).exitCode).not.toBe(0)
    expect((await runInside(scratch, script, { gitWrites: 'all' })).exitCode).not.toBe(0)
    expect((await runOutside(scratch, script, scratch.base)).exitCode).toBe(0)
  })
})

/** What git says about a branch that it was put on. */
function withoutAdvice(stderr: string): string {
  return stderr.replaceAll(/^(hint:.*|.*detached HEAD.*)\n/gm, '')
}
