import type { AbsolutePath } from '@linux-sandbox/policy'

/** `name` in `directory`: one component, or several with no empty, `.` or `..` one. Nothing is checked, as `joinPath` does. */
export function childPath(directory: AbsolutePath, name: string): AbsolutePath {
  return (directory === '/' ? `/${name}` : `${directory}/${name}`) as AbsolutePath
}
