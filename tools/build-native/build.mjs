/**
 * Builds packages/native/bin/<arch>/linux-sandbox-native for every architecture that a compiler is there for.
 *
 * usage: node build.mjs [OUTPUT_DIRECTORY]
 *
 * `CC` names the compiler of this machine's architecture; `NATIVE_ARCHS` (for example `x86_64,aarch64`) the
 * architectures that must be built, so that a missing compiler is an error and not a skip.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGE = fileURLToPath(new URL('../../packages/native/', import.meta.url))
const PROGRAM = 'linux-sandbox-native'
const ARCHS = { x64: 'x86_64', arm64: 'aarch64' }

/** musl compilers see no kernel headers; those lie behind their own ones. */
const HEADERS = {
  x86_64: ['/usr/include', '/usr/include/x86_64-linux-gnu'],
  aarch64: ['/usr/aarch64-linux-gnu/include', '/usr/include', '/usr/include/aarch64-linux-gnu'],
}

const FLAGS = [
  ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Wconversion', '-Werror'],
  ['-Os', '-fno-asynchronous-unwind-tables', '-ffunction-sections', '-fdata-sections'],
  ['-fstack-protector-strong', '-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=2'],
  [
    '-static',
    '-s',
    '-Wl,--gc-sections',
    '-Wl,--build-id=none',
    '-Wl,-z,relro',
    '-Wl,-z,now',
    '-Wl,-z,noexecstack',
  ],
  [`-ffile-prefix-map=${PACKAGE}=`],
].flat()

/** Compilers for `arch`, best first. `isMusl`: it wants to be told where the kernel headers are. */
function compilersFor(arch, hostArch, cc) {
  const musl = { command: `${arch}-linux-musl-gcc`, isMusl: true }
  if (arch !== hostArch) return [musl, { command: `${arch}-linux-gnu-gcc`, isMusl: false }]
  if (cc) return [{ command: cc, isMusl: cc.includes('musl') }]
  return [musl, { command: 'musl-gcc', isMusl: true }, { command: 'cc', isMusl: false }]
}

function run(command, args) {
  const [program, ...words] = command.split(/\s+/)
  return spawnSync(program, [...words, ...args], { encoding: 'utf8', cwd: PACKAGE })
}

/** The compiler's messages if it cannot build, else nothing. Sources are named relative to the package. */
function compile({ command, isMusl }, arch, output) {
  const sources = readdirSync(join(PACKAGE, 'native')).filter((name) => name.endsWith('.c'))
  const headers = isMusl ? HEADERS[arch].flatMap((directory) => ['-idirafter', directory]) : []
  const args = [...FLAGS, ...headers, '-o', output, ...sources.toSorted().map((name) => `native/${name}`)]
  const { status, stderr, error } = run(command, args)
  if (status === 0) return undefined
  return error ? error.message : stderr
}

/** Builds for `arch` with the first compiler that exists. One line says with which; a skip says why. */
function build(arch, hostArch, { cc, outputDirectory, isRequired }) {
  const candidates = compilersFor(arch, hostArch, cc)
  const compiler = candidates.find(({ command }) => run(command, ['--version']).status === 0)
  if (compiler === undefined) {
    const tried = candidates.map(({ command }) => command).join(', ')
    console.log(`${arch}: skipped, no compiler (${tried})`)
    return !isRequired
  }
  const directory = join(outputDirectory, arch)
  mkdirSync(directory, { recursive: true })
  // A run that is going on may be using the old file: it is replaced, not written to.
  const scratch = mkdtempSync(join(directory, '.build-'))
  const messages = compile(compiler, arch, join(scratch, PROGRAM))
  if (messages === undefined) renameSync(join(scratch, PROGRAM), join(directory, PROGRAM))
  rmSync(scratch, { recursive: true })
  // Another architecture's compiler may be there without its libc: that is a skip, like no compiler.
  if (messages !== undefined && arch !== hostArch && !isRequired) {
    console.log(`${arch}: skipped, ${compiler.command} cannot build: ${messages.trim().split('\n')[0]}`)
    return true
  }
  if (messages !== undefined) {
    console.error(`${arch}: ${compiler.command} failed\n${messages}`)
    return false
  }
  const file = join(directory, PROGRAM)
  console.log(
    `${arch}: built ${relative(process.cwd(), file)} with ${compiler.command}, ${statSync(file).size} bytes`,
  )
  return true
}

function main() {
  const hostArch = ARCHS[process.arch]
  const required = process.env.NATIVE_ARCHS?.split(/[\s,]+/).filter((arch) => arch !== '')
  const archs = required ?? Object.values(ARCHS)
  const unknown = archs.filter((arch) => !Object.values(ARCHS).includes(arch))
  if (unknown.length > 0) throw new Error(`NATIVE_ARCHS: unknown architecture ${unknown.join(', ')}`)
  const outputDirectory = process.argv[2] ?? join(PACKAGE, 'bin')
  const results = archs.map((arch) =>
    build(arch, hostArch, {
      cc: process.env.CC,
      outputDirectory,
      isRequired: required !== undefined || arch === hostArch,
    }),
  )
  if (results.includes(false)) process.exitCode = 1
}

main()
