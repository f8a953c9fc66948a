import { PolicyInvalidError, type Issue } from '@linux-sandbox/errors'
import type { PermissionProfile } from '@linux-sandbox/policy'
import { loadConfiguration, type Configuration, type LoadOptions } from '../src/index.js'

export const HOME = '/home/me'
export const CWD = '/repo'

export function load(text: string, options: Partial<LoadOptions> = {}): Configuration {
  return loadConfiguration({ document: { name: 'config.toml', text }, home: HOME, cwd: CWD, ...options })
}

/** A document with the profile `dev`, chosen, and `body` in it. */
export function devProfile(body: string): string {
  return `default_permissions = "dev"\n[permissions.dev]\n${body}\n`
}

/** The error that `act` throws, which must be one of an invalid policy. */
export function invalid(act: () => unknown): PolicyInvalidError {
  try {
    act()
  } catch (error) {
    if (error instanceof PolicyInvalidError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

export function issuesOf(text: string, options: Partial<LoadOptions> = {}): readonly Issue[] {
  return invalid(() => load(text, options)).issues
}

/** Entries as short texts: `write /repo`, `deny glob *.env`, `read :root`, `read? :project_roots/.git`. */
export function entriesOf(profile: PermissionProfile): string[] {
  if (profile.type !== 'managed' || profile.file_system.type !== 'restricted') return [profile.type]
  return profile.file_system.entries.map(({ path, access, missing_path_behavior: ifMissing }) => {
    const word = ifMissing === 'skip' ? `${access}?` : access
    if (path.type === 'path') return `${word} ${path.path}`
    if (path.type === 'glob_pattern') return `${word} glob ${path.pattern}`
    const subpath = 'subpath' in path.value && path.value.subpath ? `/${path.value.subpath}` : ''
    return `${word} :${path.value.kind}${subpath}`
  })
}
