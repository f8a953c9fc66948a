/** A name in a git directory by which somebody else's git is made to execute something, or sent elsewhere. */
export interface ExecutingName {
  readonly name: string
  readonly reason: string
  /**
   * What stands in for it while it does not exist; git takes it for nothing. Without: what the command creates there has no
   * effect of its own.
   */
  readonly placeholder?: { readonly content?: string }
}

/**
 * A `commondir` that changes nothing: the directory itself. Git stops with an error at an empty file and at a directory, for
 * everybody who uses the repository meanwhile.
 */
const OWN_DIRECTORY = '.\n'

/**
 * In a git directory with its own configuration, also that of a submodule.
 *
 * What is not here executes nothing: `info/attributes` and `objects/info/alternates` protect what exists; a new one chooses among the drivers that the
 * configuration has, as any `.gitattributes` does, and among objects, of which the command can write any.
 * Source: gitrepository-layout(5); tried with git 2.39.
 */
export const EXECUTING_NAMES: readonly ExecutingName[] = [
  { name: 'config', reason: 'git executes programs named in it', placeholder: { content: '' } },
  {
    name: 'config.worktree',
    reason: 'as config, from when a sparse checkout switches it on',
    placeholder: { content: '' },
  },
  {
    name: 'commondir',
    reason: 'git takes configuration and hooks from the directory named in it',
    placeholder: { content: OWN_DIRECTORY },
  },
  { name: 'gitdir', reason: 'git moves and removes the worktree named in it' },
  { name: 'hooks', reason: 'git executes them', placeholder: {} },
  { name: 'branches', reason: 'git fetches from and pushes to the addresses in it', placeholder: {} },
  { name: 'remotes', reason: 'git fetches from and pushes to the addresses in it', placeholder: {} },
  {
    name: 'modules',
    reason: 'git takes a new submodule, with its configuration and hooks, from what it finds in it',
    placeholder: {},
  },
  { name: 'info/attributes', reason: 'it chooses the drivers that git executes' },
  { name: 'objects/info/alternates', reason: 'git takes objects from the directories named in it' },
]

/** In the git directory of a linked worktree. Its configuration and hooks are those of the common directory. */
export const EXECUTING_NAMES_OF_WORKTREE: readonly ExecutingName[] = EXECUTING_NAMES.filter(({ name }) =>
  ['config.worktree', 'commondir', 'gitdir'].includes(name),
)
