import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { workspaceWrite } from 'linux-sandbox'
import { temporaryDirectory } from './temporary-directory.mjs'

/** A workspace with a `.git` that one policy lets be written, and nothing else. */
export function makeScene() {
  const root = temporaryDirectory()
  mkdirSync(join(root, '.git'))
  return { root, profile: workspaceWrite({ root, excludeTmpdir: true, excludeSlashTmp: true }) }
}
