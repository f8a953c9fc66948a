import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** Whether an absolute directory of `searchPath` has an executable `name`. Starts and reads nothing. */
export function isOnPath(name: string, searchPath: string | undefined): boolean {
  return (searchPath ?? '').split(delimiter).some((directory) => {
    if (!isAbsolute(directory)) return false
    try {
      const path = join(directory, name)
      accessSync(path, constants.X_OK)
      return statSync(path).isFile()
    } catch {
      return false
    }
  })
}
