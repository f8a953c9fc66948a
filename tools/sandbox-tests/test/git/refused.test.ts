import { expect, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { makeScratch, runInside, type Scratch } from './scratch.ts'

/** What says itself that it failed. `$COMMON` has the configuration and the hooks, `$DIRECTORY` is what `.git` leads to. */
interface Act {
  readonly why: string
  readonly act: string
  /** Puts everything back where it could be done. */
  readonly undo: string
}

const ACTS: readonly Act[] = [
  { why: 'sets a configuration value', act: 'git config x.y z', undo: 'git config --unset x.y' },
  {
    why: 'sets one of its worktree',
    act: 'git config --worktree x.y z',
    undo: 'git config --worktree --unset x.y',
  },
  {
    why: 'writes a hook',
    act: 'echo > "$COMMON/hooks/pre-commit"',
    undo: 'rm "$COMMON/hooks/pre-commit"',
  },
  {
    why: 'plants a common directory',
    act: 'test "$COMMON" = "$DIRECTORY" && echo . > "$COMMON/commondir" || cp -f "$DIRECTORY/commondir" keep && echo . > "$DIRECTORY/commondir"',
    undo: 'test "$COMMON" = "$DIRECTORY" && rm "$COMMON/commondir" || mv -f keep "$DIRECTORY/commondir"',
  },
  {
    why: 'replaces .git by a directory',
    act: 'mv .git old && mkdir .git',
    undo: 'rmdir .git && mv old .git',
  },
  { why: 'replaces .git by a link', act: 'mv .git old && ln -s old .git', undo: 'rm .git && mv old .git' },
  { why: 'writes .git, where it is a file', act: 'test -f .git && touch .git', undo: 'true' },
]

/** What needs a workspace that holds the repository as well. */
const ACTS_AROUND: readonly Act[] = [
  {
    why: 'replaces the hooks',
    act: 'mv "$COMMON/hooks" "$COMMON/h" && mkdir "$COMMON/hooks"',
    undo: 'rmdir "$COMMON/hooks" && mv "$COMMON/h" "$COMMON/hooks"',
  },
  {
    why: 'replaces the repository',
    act: 'mv "$COMMON" "$COMMON.old" && mkdir "$COMMON"',
    undo: 'rmdir "$COMMON" && mv "$COMMON.old" "$COMMON"',
  },
  {
    why: 'replaces a directory above the repository',
    act: 'mv "$BASE/main" "$BASE/other" && mkdir "$BASE/main"',
    undo: 'rmdir "$BASE/main" && mv "$BASE/other" "$BASE/main"',
  },
  {
    why: 'replaces the directory of the checkout',
    act: 'mv "$PWD" "$PWD.old" && mkdir "$PWD"',
    undo: 'rmdir "$PWD" && mv "$PWD.old" "$PWD"',
  },
]

interface Place {
  readonly why: string
  readonly place: (scratch: Scratch) => string
  /** Whether its `.git` is a file. */
  readonly isPointed: boolean
}

const PLACES: readonly Place[] = [
  { why: 'a plain checkout', place: ({ main }) => main, isPointed: false },
  { why: 'a linked worktree', place: ({ linked }) => linked, isPointed: true },
  { why: 'a submodule', place: ({ main }) => `${main}/sub`, isPointed: true },
  { why: 'a nested repository', place: ({ main }) => `${main}/vendor/inner`, isPointed: false },
]

/** Prints why it was, for each act that could be done. */
function scriptOf(acts: readonly Act[]): string {
  const lines = acts.map(
    ({ why, act, undo }) => `if (${act}) 2> /dev/null; then echo '${why}'; (${undo}) > /dev/null; fi`,
  )
  return [
    'DIRECTORY=$(git rev-parse --absolute-git-dir)',
    'COMMON=$(cd "$(git rev-parse --git-common-dir)"; pwd)',
    ...lines,
  ].join('\n')
}

describeForUsers('what replaces or redirects a repository', ['git'], (user) => {
  test.each(PLACES)(
    'fails with gitWrites: commit and works with all, in $why',
    async ({ place, isPointed }) => {
      const scratch = await makeScratch(user)
      const cwd = place(scratch)
      const end = { exitCode: 0, stderr: '', stdout: '' }
      expect(await runInside(scratch, scriptOf(ACTS), { cwd, gitWrites: 'commit' })).toMatchObject(end)
      const acts = [...ACTS, ...ACTS_AROUND]
      const around = { cwd, workspace: scratch.base }
      expect(await runInside(scratch, scriptOf(acts), { ...around, gitWrites: 'commit' })).toMatchObject(end)

      const { stdout } = await runInside(scratch, scriptOf(acts), { ...around, gitWrites: 'all' })
      const done = acts.filter(({ act }) => !act.startsWith('test -f .git') || isPointed)
      expect(stdout.trimEnd().split('\n')).toEqual(done.map(({ why }) => why))
    },
  )
})
