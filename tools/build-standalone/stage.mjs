/**
 * Puts the built program into the package of an architecture.
 *
 * usage: node stage.mjs x64 | arm64
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ARCHS } from './compiler.mjs'
import { PROGRAM } from './link.mjs'
import { PACKAGE, ROOT } from './paths.mjs'

const nodeArch = process.argv[2] ?? ''
const built = join(PACKAGE, 'dist', ARCHS[nodeArch] ?? '', PROGRAM)
if (!existsSync(built)) throw new Error(`${built} is not built: see docs/helper.md for what that takes`)
const directory = join(ROOT, `packages/standalone-linux-${nodeArch}`, 'bin')
mkdirSync(directory, { recursive: true })
copyFileSync(built, join(directory, PROGRAM))
