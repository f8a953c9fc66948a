import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from './temporary-directory.mjs'

const SOURCES = join(import.meta.dirname, '../native')
const FLAGS = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-O2', '-static']

/**
 * Builds one of the programs in `native`: `load`, which makes the load for proxies and serves it, or `timer`, which times other programs.
 *
 * @returns {string} its path
 * @throws {Error} when there is no C compiler, or with its messages
 */
export function compile(name) {
  const compiler = ['musl-gcc', 'cc'].find((one) => spawnSync(one, ['--version']).status === 0)
  if (compiler === undefined) throw new Error('there is no C compiler: install musl-tools or gcc')
  const program = join(temporaryDirectory(), name)
  const cwd = join(SOURCES, name)
  const sources = readdirSync(cwd).filter((file) => file.endsWith('.c'))
  const { status, stderr } = spawnSync(compiler, [...FLAGS, '-o', program, ...sources], {
    cwd,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${compiler} could not build the program ${name}:\n${stderr}`)
  return program
}
