import { readdirSync, readlinkSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PermissionProfile } from 'linux-sandbox'
import {
  runProgram,
  stagedCall,
  userEnvironment,
  type ProgramEnd,
  type TestUser,
} from '../../support/index.ts'
import { profileOf, type Grants } from '../policy/policies.ts'

export interface HelperRun {
  readonly grants: Grants
  /** Those paths of `grants` that only count where they exist. */
  readonly skip?: readonly string[]
  /** For `/bin/sh`. */
  readonly script: string
  /** What `:project_roots` means, and where the command starts. */
  readonly cwd: string
  /** Words before the command. */
  readonly options?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** A shell script run by `codex-linux-sandbox`. */
export async function byProgram(
  user: TestUser,
  { grants, skip = [], script, cwd, options = [], env = {} }: HelperRun,
): Promise<ProgramEnd> {
  const profile = JSON.stringify(withSkipped(profileOf(grants), skip))
  const words = [
    '--sandbox-policy-cwd',
    cwd,
    '--command-cwd',
    cwd,
    '--permission-profile',
    profile,
    ...options,
  ]
  return await runProgram(
    user,
    ...stagedCall('codex-linux-sandbox', [...words, '--', '/bin/sh', '-c', script]),
    { env: { ...userEnvironment(), ...env } },
  )
}

/** A script that says of each line whether it worked, and nothing else. */
export function said(...lines: readonly string[]): string {
  return lines.map((line) => `{ ${line}; } > /dev/null 2>&1 && echo yes || echo no`).join('\n')
}

function withSkipped(profile: PermissionProfile, skip: readonly string[]): object {
  if (profile.type !== 'managed' || profile.file_system.type !== 'restricted') return profile
  const entries = profile.file_system.entries.map((entry) => {
    const isSkipped = entry.path.type === 'path' && skip.includes(entry.path.path)
    return isSkipped ? { ...entry, missing_path_behavior: 'skip' } : entry
  })
  return { ...profile, file_system: { ...profile.file_system, entries } }
}

/** Every name below `directory` with what it holds, to compare what was with what is. */
export function contentOf(directory: string): Readonly<Record<string, string>> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      if (entry.isSymbolicLink()) return [path, `leads to ${readlinkSync(path)}`]
      return [path, entry.isFile() ? readFileSync(path, 'utf8') : 'not a file']
    }),
  )
}
