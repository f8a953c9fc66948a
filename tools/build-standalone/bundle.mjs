import { createHash } from 'node:crypto'
import { constants as fileConstants } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { getSystemErrorMap } from 'node:util'
import { build } from 'esbuild'
import { PACKAGE, ROOT } from './paths.mjs'

const NODE_MODULES = /^node:/
const OWN_PACKAGES = /^(@linux-sandbox\/[a-z0-9-]+(\/[a-z]+)?|linux-sandbox)$/

/** The part of the facade that is the helper. */
const HELPER = 'linux-sandbox/src/helper/run-main.ts'

/** Modules that say where things are, or what only Node can do. The rest of the program is the facade's. */
const REPLACED = new Map([
  ['packages/linux-sandbox/src/broker/start-by-broker.ts', 'src/start-by-broker.ts'],
  ['packages/linux-sandbox/src/broker/write-at-once.ts', 'src/write-at-once.ts'],
  ['packages/linux-sandbox/src/installation.ts', 'src/installation.ts'],
  ['packages/linux-sandbox/src/proxy/private-socket.ts', 'src/private-socket.ts'],
  ['packages/native/src/program-path.ts', 'src/program-path.ts'],
  ['packages/native/src/protocol/utf8.ts', 'src/utf8.ts'],
])

/**
 * The program as one script, and its SHA-256.
 *
 * @param {'x64' | 'arm64'} arch
 * @returns {Promise<{ script: string, digest: string }>}
 */
export async function bundle(arch) {
  const { outputFiles } = await build({
    entryPoints: [join(PACKAGE, 'src/main.ts')],
    inject: [join(PACKAGE, 'src/globals.ts')],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    globalName: 'helper',
    target: 'es2023',
    legalComments: 'none',
    define: definitions(arch),
    plugins: [sources],
  })
  const script = outputFiles[0].text
  return { script, digest: createHash('sha256').update(script).digest('hex') }
}

/** What Node knows of Linux, and the program does not have to have tables for. */
function definitions(arch) {
  const errors = [...getSystemErrorMap()].map(([number, names]) => [-number, names])
  return {
    NODE_ARCH: JSON.stringify(arch),
    SIGNAL_NUMBERS: JSON.stringify(constants.signals),
    SYSTEM_ERRORS: JSON.stringify(Object.fromEntries(errors)),
    FILE_CONSTANTS: JSON.stringify(fileConstantsOf(arch)),
  }
}

/** Source: asm/fcntl.h of arm64. */
const ARM64 = { O_DIRECTORY: 0o40000, O_NOFOLLOW: 0o100000, O_DIRECT: 0o200000 }
const X64 = { O_DIRECTORY: 0o200000, O_NOFOLLOW: 0o400000, O_DIRECT: 0o40000 }

function fileConstantsOf(arch) {
  return { ...fileConstants, ...(arch === 'arm64' ? ARM64 : X64) }
}

/** Takes the packages of this workspace from their sources, and the modules of Node from `src/node`. */
const sources = {
  name: 'sources',
  setup({ onResolve }) {
    onResolve({ filter: NODE_MODULES }, ({ path }) => ({
      path: join(PACKAGE, 'src/node', `${path.slice('node:'.length).replaceAll('_', '-')}.ts`),
      sideEffects: false,
    }))
    onResolve({ filter: OWN_PACKAGES }, ({ path }) => ({
      path: join(ROOT, 'packages', sourceOf(path)),
      sideEffects: false,
    }))
    onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, resolveDir }) => {
      const source = join(resolveDir, path.replace(/\.js$/, '.ts')).slice(ROOT.length)
      const replacement = REPLACED.get(source)
      if (replacement === undefined) return undefined
      return { path: join(PACKAGE, replacement), sideEffects: false }
    })
  },
}

/** @param {string} name - `linux-sandbox`, `@linux-sandbox/policy`, `@linux-sandbox/native/protocol` */
function sourceOf(name) {
  if (name === 'linux-sandbox') return HELPER
  const [folder, part] = name.replace('@linux-sandbox/', '').split('/')
  return part === undefined ? `${folder}/src/index.ts` : `${folder}/src/${part}/index.ts`
}
