import { join } from 'node:path'
import {
  runProgram,
  stagedNode,
  stagedProgram,
  userEnvironment,
  type ProgramEnd,
  type TestUser,
} from '../../support/index.ts'
import { makeFiles, makeOutside } from './places.ts'

/** A user with a workspace and a home. */
export interface Scene {
  readonly user: TestUser
  /** Has `w`, the workspace, and `home`. */
  readonly top: string
}

export function makeScene(user: TestUser, files: Readonly<Record<string, string>> = {}): Scene {
  const top = makeOutside(user)
  makeFiles(user, top, { 'w/': '', 'home/': '', ...files })
  return { user, top }
}

/** Runs the multitool in the workspace of `scene`, with its home; `TOP` in a word or a variable is the scene. */
export async function ours(
  { user, top }: Scene,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<ProgramEnd> {
  const placed = (text: string): string => text.replaceAll('TOP', top)
  const env = Object.fromEntries(
    Object.entries({ ...userEnvironment(), HOME: 'TOP/home', ...variables }).map(([name, value]) => [
      name,
      placed(value ?? ''),
    ]),
  )
  const args = [stagedProgram('linux-sandbox'), ...words.map(placed)]
  return await runProgram(user, stagedNode(), args, { cwd: join(top, 'w'), env })
}
