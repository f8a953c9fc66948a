import { globProblem, parseAbsolutePath, resolvePolicy, type AbsolutePath } from '@linux-sandbox/policy'

/** Whether `text` has wildcards: `*`, `?`, `[`, `]`, or braces with alternatives. */
export function isPattern(text: string): boolean {
  return /[*?[\]]|\{[^}]*,[^}]*\}/.test(text)
}

/** `path` as a pattern that matches nothing else. */
export function escapePattern(path: string): string {
  return path.replaceAll(/[\\*?[\]{},!]/g, String.raw`\$&`)
}

/** `pattern` below `directory`. */
export function patternBelow(directory: AbsolutePath, pattern: string): string {
  return `${escapePattern(directory === '/' ? '' : directory)}/${pattern}`
}

/** Why `pattern`, which is relative, is none or leaves its directory. */
export function relativePatternProblem(pattern: string): string | undefined {
  const problem = globProblem(`./${pattern}`)
  if (problem !== undefined) return problem
  const isBelow = PROBES.every((directory) => staysBelow(pattern, directory))
  return isBelow && !pattern.startsWith('~/') ? undefined : LEAVES
}

/** Why `subpath` is no path below a directory. */
export function subpathProblem(subpath: string): string | undefined {
  const components = subpath.split('/')
  const isPlain = components.every((component) => !['', '.', '..'].includes(component))
  if (!isPlain || components[0] === '~') return LEAVES
  return parseAbsolutePath(`/${subpath}`) === undefined
    ? 'must not contain a NUL character or half of a surrogate pair'
    : undefined
}

const LEAVES = 'must be a path below its directory, without . or .. or ~, or "." for the directory itself'

/** A pattern could go up and come back into one of them, but not into both. */
const PROBES = ['/first', '/second']

/** By its meaning, because braces and backslashes can spell `..` in many ways. */
function staysBelow(pattern: string, directory: string): boolean {
  const cwd = parseAbsolutePath(directory)
  if (cwd === undefined) throw new TypeError(`${directory} is no absolute path`)
  const { fileSystem } = resolvePolicy(
    {
      type: 'managed',
      network: 'restricted',
      file_system: {
        type: 'restricted',
        entries: [{ path: { type: 'glob_pattern', pattern }, access: 'deny' }],
      },
    },
    { cwd },
  )
  const globs = fileSystem.kind === 'restricted' ? fileSystem.globs : []
  return globs.every(({ alternatives }) =>
    alternatives.every(([first, ...others]) => {
      const isBelow = typeof first === 'object' && first.kind === 'name' && first.text === directory.slice(1)
      return isBelow && others.length > 0
    }),
  )
}
