import { describe, expect, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { makeScratch, runInside, runOutside, type Scratch } from './scratch.ts'

interface Attack {
  readonly act: string
  readonly script: string
  /** What the command can write, and its working directory. Default `main`. */
  readonly workspace?: 'main' | 'linked'
  /** What somebody does outside afterwards. Default: looks at the state of `main` and commits there. */
  readonly afterwards?: string
}

const EVIL_CONFIG = `printf '[core]\\n\\trepositoryformatversion = 0\\n\\tbare = false\\n\\tfsmonitor = %s/main/evil\\n' "$BASE"`
const EVIL_HOOK = 'cp evil'
const IN_PLACE_OF_SUBMODULE =
  'git init -q later; git -C later commit -q --allow-empty -m x; git -C later config core.fsmonitor "$BASE/main/evil"'

const ATTACKS: readonly Attack[] = [
  { act: 'sets a configuration value', script: 'git config core.fsmonitor "$BASE/main/evil"' },
  { act: 'writes the configuration itself', script: `${EVIL_CONFIG} > .git/config` },
  { act: 'puts a new configuration in place', script: `${EVIL_CONFIG} > .git/c; mv -f .git/c .git/config` },
  { act: 'writes a hook', script: `${EVIL_HOOK} .git/hooks/pre-commit` },
  {
    act: 'puts other hooks in place',
    script: `mv .git/hooks .git/h; mkdir .git/hooks; ${EVIL_HOOK} .git/hooks/pre-commit`,
  },
  { act: 'configures its worktree', script: 'git config --worktree core.fsmonitor "$BASE/main/evil"' },
  {
    act: 'plants a common directory',
    script: `cp -r .git common; ${EVIL_CONFIG} > common/config; rm -f .git/commondir; echo ../common > .git/commondir`,
  },
  {
    act: 'replaces .git by a directory',
    script: `cp -r .git new; ${EVIL_CONFIG} > new/config; mv .git old; mv -T new .git`,
  },
  {
    act: 'replaces .git by a link',
    script: `cp -r .git new; ${EVIL_CONFIG} > new/config; mv .git old; ln -s new .git`,
  },
  {
    act: 'replaces .git by a pointer',
    script: `cp -r .git new; ${EVIL_CONFIG} > new/config; mv .git old; echo 'gitdir: new' > .git`,
  },
  {
    act: 'exchanges the parent of a nested repository',
    script: `mv vendor other; cp -r other vendor; rm -rf vendor/inner/.git/config; ${EVIL_CONFIG} > vendor/inner/.git/config`,
    afterwards: 'git -C main/vendor/inner status',
  },
  {
    act: 'writes a hook of a nested repository',
    script: `${EVIL_HOOK} vendor/inner/.git/hooks/pre-commit`,
    afterwards: 'git -C main/vendor/inner commit --allow-empty -m x',
  },
  {
    act: 'writes a hook of a submodule',
    script: `${EVIL_HOOK} .git/modules/sub/hooks/pre-commit`,
    afterwards: 'git -C main/sub commit --allow-empty -m x',
  },
  { act: 'configures a submodule', script: 'git -C sub config core.fsmonitor "$BASE/main/evil"' },
  {
    act: 'leads a submodule elsewhere',
    script: `cp -r .git/modules/sub new; ${EVIL_CONFIG} > new/config; echo 'gitdir: ../new' > sub/.git`,
  },
  {
    act: 'puts a repository where a submodule is not checked out',
    script: IN_PLACE_OF_SUBMODULE,
  },
  {
    act: 'prepares the repository of a submodule',
    script: `git clone -q --bare "$BASE/library" .git/modules/later; ${EVIL_HOOK} .git/modules/later/hooks/post-checkout; git -C .git/modules/later config core.bare false`,
    afterwards: 'git -C main submodule update --init later',
  },
  {
    act: 'leads a linked worktree elsewhere',
    script: `cp -r .git common; ${EVIL_CONFIG} > common/config; echo "$BASE/main/common" > .git/worktrees/linked/commondir`,
    afterwards: 'git -C linked status',
  },
  { act: 'writes an included file', script: `${EVIL_CONFIG} > .gitconfig-shared` },
  {
    act: 'turns the workspace into a bare repository',
    script: `git init -q --bare bare; mv bare/* .; ${EVIL_CONFIG} > config; git config -f config core.worktree .; rm -rf .git/HEAD`,
  },
]

const ATTACKS_FROM_WORKTREE: readonly Attack[] = [
  { act: 'configures the repository of its worktree', script: 'git config core.fsmonitor "$BASE/main/evil"' },
  {
    act: 'writes a hook of the repository of its worktree',
    script: 'cp evil ../main/.git/hooks/pre-commit',
    afterwards: 'git -C linked commit --allow-empty -m x',
  },
  { act: 'configures its linked worktree', script: 'git config --worktree core.fsmonitor "$BASE/main/evil"' },
  {
    act: 'plants a common directory for the main worktree',
    script: `cp -r ../main/.git common; ${EVIL_CONFIG} > common/config; rm -f ../main/.git/commondir; echo "$BASE/linked/common" > ../main/.git/commondir`,
    afterwards: 'git -C main status',
  },
  {
    act: 'puts a repository in the place of its pointer',
    script: `cp -r ../main/.git new; ${EVIL_CONFIG} > new/config; rm -rf .git; mv -T new .git`,
  },
].map((one) => ({ afterwards: 'git -C linked status', ...one, workspace: 'linked' }))

const AFTERWARDS = 'git -C main status; git -C main commit --allow-empty -m x'

async function attack(
  scratch: Scratch,
  { script, workspace = 'main' }: Attack,
  gitWrites: 'none' | 'commit' | 'all',
): Promise<void> {
  await runInside(scratch, script, { cwd: scratch[workspace], gitWrites })
  // Or the sandbox has nothing to do with what comes out afterwards.
  expect(scratch.hasExecuted()).toBe(false)
}

const ALL = [...ATTACKS, ...ATTACKS_FROM_WORKTREE]

describeForUsers('what a command plants in repositories', ['git'], (user) => {
  describe.each(['none', 'commit'] as const)('with gitWrites: %s', (gitWrites) => {
    test.each(ALL)('is not executed outside: $act', async (one) => {
      const scratch = await makeScratch(user)
      await attack(scratch, one, gitWrites)
      await runOutside(scratch, one.afterwards ?? AFTERWARDS, scratch.base)
      expect(scratch.hasExecuted()).toBe(false)
    })
  })

  test.each(ALL)('is executed outside with gitWrites: all: $act', async (one) => {
    const scratch = await makeScratch(user)
    await attack(scratch, one, 'all')
    await runOutside(scratch, one.afterwards ?? AFTERWARDS, scratch.base)
    expect(scratch.hasExecuted()).toBe(true)
  })

  test.each(['none', 'all'] as const)(
    'what is put where a submodule was, once nothing names it any more, is executed with gitWrites: all only (%s)',
    async (gitWrites) => {
      const scratch = await makeScratch(user)
      await runInside(scratch, 'rm -f .gitmodules', { gitWrites })
      await attack(scratch, { act: 'next time', script: IN_PLACE_OF_SUBMODULE }, gitWrites)
      await runOutside(scratch, AFTERWARDS, scratch.base)
      expect(scratch.hasExecuted()).toBe(gitWrites === 'all')
    },
  )
})
