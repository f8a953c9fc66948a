import {
  accessOf,
  pathPrefixes,
  type AbsolutePath,
  type ResolvedEntry,
  type ResolvedPolicy,
} from '@linux-sandbox/policy'

/**
 * The entry that lets the command write the file `path`, or a directory above it: such a directory can be renamed
 * and another put in its place. `undefined` where there is none, and for policies that do not restrict paths: who
 * asks for one grants everything. Looks at names only: of a path with symbolic links ask for the canonical one too.
 */
export function writableConfiguration(policy: ResolvedPolicy, path: AbsolutePath): ResolvedEntry | undefined {
  for (const prefix of pathPrefixes(path).toReversed()) {
    const { access, decidedBy } = accessOf(policy, prefix)
    if (access === 'write' && decidedBy.kind === 'entry') return decidedBy.entry
  }
  return undefined
}
