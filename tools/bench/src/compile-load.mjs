import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from './temporary-directory.mjs'

const SOURCES = join(import.meta.dirname, '../native')
const FLAGS = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-O2', '-static']

/**
 * Builds the program that makes the load and serves it.
 *
 * @returns {string} its path
 * @throws {Error} when there is no C compiler, or with its messages
 */
export function compileLoad() {
  const compiler = ['musl-gcc', 'cc'].find((name) => spawnSync(name, ['--version']).status === 0)
  if (compiler === undefined) throw new Error('there is no C compiler: install musl-tools or gcc')
  const load = join(temporaryDirectory(), 'load')
  const sources = readdirSync(SOURCES).filter((name) => name.endsWith('.c'))
  const { status, stderr } = spawnSync(compiler, [...FLAGS, '-o', load, ...sources], {
    cwd: SOURCES,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${compiler} could not build the load:\n${stderr}`)
  return load
}
