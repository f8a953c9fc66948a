import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The folders of pnpm-workspace.yaml, which no parser can be installed for this early. */
export const WORKSPACE_FOLDERS = ['packages', 'tools']

/**
 * Paths relative to `root` of all folders that have a package.json of their own.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function workspacePackages(root) {
  return WORKSPACE_FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => join(folder, name))
      .filter((path) => existsSync(join(root, path, 'package.json'))),
  )
}
