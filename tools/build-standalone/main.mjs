/**
 * Builds packages/standalone/dist/<arch>/codex-linux-sandbox for every architecture whose engine was built.
 *
 * usage: node main.mjs [OUTPUT_DIRECTORY]
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { bundle } from './bundle.mjs'
import { ARCHS, compilerFor } from './compiler.mjs'
import { engineDirectory } from './engine-files.mjs'
import { link } from './link.mjs'
import { PACKAGE } from './paths.mjs'
import { snapshotOf } from './snapshot.mjs'

const PROGRAM = 'codex-linux-sandbox'

/**
 * @param {'x64' | 'arm64'} nodeArch
 * @param {string} output - directory
 */
async function buildFor(nodeArch, output) {
  const arch = ARCHS[nodeArch]
  const compiler = compilerFor(arch)
  if (compiler === undefined || !existsSync(join(engineDirectory(arch), 'quickjs.o'))) {
    console.log(`${arch}: skipped, there is no engine; the helper runs on Node`)
    return
  }
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'))
  const { script, digest } = await bundle(nodeArch)
  const { bytes, places } = await snapshotOf(script, { __version: version, __digest: digest })

  const directory = join(output, arch)
  mkdirSync(directory, { recursive: true })
  const scratch = mkdtempSync(join(directory, '.build-'))
  try {
    writeFileSync(join(scratch, 'snapshot.bin'), bytes)
    writeFileSync(join(scratch, 'snapshot.h'), headerOf(places))
    link({ arch, compiler, scratch, program: PROGRAM })
    renameSync(join(scratch, PROGRAM), join(directory, PROGRAM))
  } finally {
    rmSync(scratch, { recursive: true })
  }
  const file = join(directory, PROGRAM)
  const sizes = `${statSync(file).size} bytes, of them ${bytes.length} of ${script.length} bytes of script`
  console.log(`${arch}: built ${relative(process.cwd(), file)}, ${sizes}`)
}

/** @param {Readonly<Record<string, number>>} places */
function headerOf(places) {
  const lines = Object.entries(places).map(([name, place]) => `#define ${name} ${place}u`)
  return ['#pragma once', ...lines, ''].join('\n')
}

const output = process.argv[2] ?? join(PACKAGE, 'dist')
for (const nodeArch of /** @type {const} */ (['x64', 'arm64'])) await buildFor(nodeArch, output)
