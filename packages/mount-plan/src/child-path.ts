import type { AbsolutePath } from '@linux-sandbox/policy'

/** `name`, one component, directly in `directory`. */
export function childPath(directory: AbsolutePath, name: string): AbsolutePath {
  return (directory === '/' ? `/${name}` : `${directory}/${name}`) as AbsolutePath
}
