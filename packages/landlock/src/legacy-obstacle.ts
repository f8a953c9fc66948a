import type { ResolvedPolicy } from '@linux-sandbox/policy'

/** Why `policy` is not one of the legacy model: reads everything, writes some directories. */
export function legacyObstacle({
  fileSystem,
}: ResolvedPolicy): { readonly entry: string; readonly reason: string } | undefined {
  if (fileSystem.kind === 'unrestricted') return undefined
  const { entries, globs } = fileSystem
  const [glob] = globs
  if (glob !== undefined) return { entry: `deny on ${glob.origin.spelling}`, reason: 'it hides files' }
  const denied = entries.find(({ access }) => access === 'deny')
  if (denied !== undefined) return { entry: `deny on ${denied.origin.spelling}`, reason: 'it hides files' }
  if (entries.some(({ path }) => path === '/')) return undefined
  return { entry: 'a policy that does not read /', reason: 'it hides files' }
}
