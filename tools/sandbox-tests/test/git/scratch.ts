import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { workspaceWrite, type GitWrites, type SandboxOptions } from 'linux-sandbox'
import {
  makeDirectory,
  runProgram,
  runSandboxed,
  userEnvironment,
  type ProgramEnd,
  type TestUser,
} from '../../support/index.ts'

/**
 * A clone `main` with a submodule `sub`, one that is not checked out, `later`, a nested repository `vendor/inner`, an included configuration file
 * `.gitconfig-shared`, and a linked worktree `linked` beside it.
 */
export interface Scratch {
  readonly user: TestUser
  readonly base: string
  readonly main: string
  readonly linked: string
  /** Exists once something that a command planted was executed outside: no sandbox can make it. */
  readonly hasExecuted: () => boolean
}

const SETUP = `set -e
mkdir home
git config --global protocol.file.allow always
git config --global init.defaultBranch main
git init -q library
git -C library commit -q --allow-empty -m one
git init -q main
cd main
printf '#!/bin/sh\\ntouch "%s/executed"\\n' "$BASE" > evil
chmod +x evil
echo text > text
: > .gitconfig-shared
git submodule --quiet add "$BASE/library" sub
git submodule --quiet add "$BASE/library" later
git add .
git commit -q -m one
git submodule --quiet deinit -f later
rm -rf .git/modules/later
git config extensions.worktreeConfig true
git config include.path ../.gitconfig-shared
git worktree add -q ../linked
git init -q vendor/inner
git -C vendor/inner commit -q --allow-empty -m one
`

export async function makeScratch(user: TestUser): Promise<Scratch> {
  const base = makeDirectory(user)
  const scratch: Scratch = {
    user,
    base,
    main: join(base, 'main'),
    linked: join(base, 'linked'),
    hasExecuted: () => existsSync(join(base, 'executed')),
  }
  const { exitCode, stderr } = await runOutside(scratch, SETUP, base)
  if (exitCode !== 0) throw new Error(stderr)
  return scratch
}

/** The variables of `script`: `BASE`, and an identity for commits. */
export function environmentOf({ base }: Scratch): NodeJS.ProcessEnv {
  return {
    ...userEnvironment(),
    BASE: base,
    HOME: join(base, 'home'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.org',
    GIT_EDITOR: 'true',
  }
}

export async function runOutside(scratch: Scratch, script: string, cwd: string): Promise<ProgramEnd> {
  return await runProgram(scratch.user, 'sh', ['-c', script], { cwd, env: environmentOf(scratch) })
}

export interface InsideEnd {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `script` in a sandbox that can write `workspace`, which is `cwd` unless given, and nothing else. */
export async function runInside(
  scratch: Scratch,
  script: string,
  {
    cwd = scratch.main,
    workspace = cwd,
    gitWrites,
  }: { readonly cwd?: string; readonly workspace?: string; readonly gitWrites: GitWrites },
): Promise<InsideEnd> {
  const profile = workspaceWrite({ root: workspace, excludeTmpdir: true, excludeSlashTmp: true })
  const sandbox: SandboxOptions = { profile, policyCwd: workspace, gitWrites }
  return await runSandboxed(scratch.user, {
    sandbox,
    command: ['sh', '-c', script],
    run: { cwd, env: environmentOf(scratch) },
  })
}
