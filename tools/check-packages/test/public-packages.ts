import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The clone. */
export const ROOT = resolve(fileURLToPath(import.meta.url), '../../../..')

/** What a package offers to those who install it. */
export interface PublicPackage {
  readonly name: string
  readonly folder: string
  /** What `import` and `require` take, for example `linux-sandbox` and `linux-sandbox/testing`. */
  readonly specifiers: readonly string[]
  /** The commands it installs. */
  readonly commands: readonly string[]
  /** Whether it is of one kind of processor, and comes as an optional dependency of another one. */
  readonly isOfOneProcessor: boolean
  /** What it is packed from is not built here. */
  readonly isMissing: boolean
}

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, unknown>>
  readonly bin?: string | Readonly<Record<string, string>>
  readonly publishConfig?: { readonly bin?: Readonly<Record<string, string>> }
  readonly cpu?: readonly string[]
}

/** Node's names of processors, and the kernel's. */
const ARCHS: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }

/** All packages under `packages` that are not private, by what their manifests say. */
export function publicPackages(): PublicPackage[] {
  const folders = readdirSync(join(ROOT, 'packages')).map((name) => join(ROOT, 'packages', name))
  return folders.flatMap((folder) => {
    const manifest = readManifest(folder)
    if (manifest === undefined || manifest.private === true) return []
    const { name, exports = {}, publishConfig = {}, cpu = [] } = manifest
    const bin = publishConfig.bin ?? manifest.bin ?? {}
    const specifiers = Object.entries(exports)
      // A plain string is a file to read, such as ./package.json.
      .filter(([, target]) => typeof target === 'object')
      .map(([path]) => name + path.slice(1))
    const commands = typeof bin === 'string' ? [name.replace(/^@.*\//, '')] : Object.keys(bin)
    const isMissing = cpu.some((one) => !existsSync(join(ROOT, 'packages/standalone/dist', ARCHS[one] ?? '')))
    return [{ name, folder, specifiers, commands, isOfOneProcessor: cpu.length > 0, isMissing }]
  })
}

function readManifest(folder: string): Manifest | undefined {
  let text
  try {
    text = readFileSync(join(folder, 'package.json'), 'utf8')
  } catch {
    return undefined
  }
  return JSON.parse(text) as Manifest
}
