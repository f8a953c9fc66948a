/**
 * Builds packages/standalone/engine/<arch>/quickjs.o, and the headers that belong to it: QuickJS as WebAssembly, translated to C. It takes
 * half a minute and depends on nothing of ours.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ARCHS, compilerFor, run } from './compiler.mjs'
import { ENGINE_FLAGS, engineDirectory } from './engine-files.mjs'
import { ENGINE } from './snapshot.mjs'

/** Of Debian's wabt. */
const RUNTIME_HEADER = '/usr/include/wasm-rt.h'

/** @param {import('./compiler.mjs').Arch} arch */
function buildEngine(arch) {
  const compiler = compilerFor(arch)
  if (compiler === undefined) {
    console.log(`${arch}: skipped, no musl compiler`)
    return
  }
  const directory = engineDirectory(arch)
  mkdirSync(directory, { recursive: true })
  const scratch = mkdtempSync(join(directory, '.build-'))
  try {
    run('wasm2c', [ENGINE, '-n', 'quickjs', '-o', 'quickjs.c'], scratch)
    copyFileSync(RUNTIME_HEADER, join(scratch, 'wasm-rt.h'))
    run(compiler.command, [...ENGINE_FLAGS, ...compiler.flags, '-c', '-o', 'quickjs.o', 'quickjs.c'], scratch)
    for (const name of ['quickjs.o', 'quickjs.h', 'wasm-rt.h']) {
      renameSync(join(scratch, name), join(directory, name))
    }
    console.log(`${arch}: engine built with ${compiler.command}`)
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

if (!existsSync(RUNTIME_HEADER)) {
  console.log('skipped, wabt is missing: the helper is not built as one file and runs on Node')
} else {
  for (const arch of Object.values(ARCHS)) buildEngine(arch)
}
