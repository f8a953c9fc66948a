/**
 * Builds packages/standalone/dist/<arch>/codex-linux-sandbox for every architecture that a compiler is there for.
 *
 * usage: node build.mjs [OUTPUT_DIRECTORY]
 */
import { mkdirSync, renameSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ARCHS } from './compiler.mjs'
import { buildEngine, hasEngine } from './engine.mjs'
import { inScratch, linkProgram, PROGRAM } from './link.mjs'
import { PACKAGE } from './paths.mjs'
import { stateFor } from './state.mjs'

/**
 * @param {'x64' | 'arm64'} nodeArch
 * @param {string} output - directory
 */
async function buildFor(nodeArch, output) {
  const arch = ARCHS[nodeArch]
  // The one that was cached may be of a machine that could not build it.
  const obstacle = hasEngine(arch) ? undefined : buildEngine(arch)
  if (obstacle !== undefined) {
    console.log(`${arch}: skipped, ${obstacle}; the helper runs on Node`)
    return
  }
  const directory = join(output, arch)
  mkdirSync(directory, { recursive: true })
  const state = await stateFor(nodeArch)
  const file = join(directory, PROGRAM)
  inScratch(directory, (scratch) => renameSync(linkProgram({ arch, state, scratch }), file))
  console.log(`${arch}: built ${relative(process.cwd(), file)}, ${statSync(file).size} bytes`)
}

const output = process.argv[2] ?? join(PACKAGE, 'dist')
await buildFor('x64', output)
await buildFor('arm64', output)
