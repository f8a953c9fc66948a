import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './compiler.mjs'
import { ENGINE_DEFINITIONS, engineDirectory } from './engine-files.mjs'
import { PACKAGE, ROOT } from './paths.mjs'

const HOST = join(PACKAGE, 'native')
const NATIVE = join(ROOT, 'packages/native/native')

/** As tools/build-native has them. */
const FLAGS = [
  ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Wconversion', '-Werror'],
  ['-Os', '-fno-asynchronous-unwind-tables', '-ffunction-sections', '-fdata-sections'],
  ['-fstack-protector-strong', '-U_FORTIFY_SOURCE', '-D_FORTIFY_SOURCE=2'],
  [`-ffile-prefix-map=${ROOT}=`],
].flat()

const LINK_FLAGS = [
  '-static',
  '-s',
  '-Wl,--gc-sections',
  '-Wl,--build-id=none',
  '-Wl,-z,relro',
  '-Wl,-z,now',
  '-Wl,-z,noexecstack',
]

/**
 * Links the engine, its snapshot, the functions of the host, and the native program.
 *
 * @param {object} parts
 * @param {import('./compiler.mjs').Arch} parts.arch
 * @param {{ command: string, flags: readonly string[] }} parts.compiler
 * @param {string} parts.scratch - directory with the snapshot, and for what is made
 * @param {string} parts.program - name of the file that is made in it
 */
export function link({ arch, compiler: { command, flags }, scratch, program }) {
  const engine = engineDirectory(arch)
  const compile = (folder, name, more) => {
    const object = `${more.object ?? ''}${name}.o`
    run(command, [...FLAGS, ...flags, ...more.flags, '-c', '-o', object, join(folder, name)], scratch)
    return object
  }
  const include = [...ENGINE_DEFINITIONS, '-isystem', engine, `-I${scratch}`, `-I${NATIVE}`]
  const objects = [
    ...sources(HOST).map((name) => compile(HOST, name, { flags: include })),
    ...sources(NATIVE).map((name) =>
      compile(NATIVE, name, { object: 'native-', flags: name === 'main.c' ? ['-Dmain=native_main'] : [] }),
    ),
  ]
  run(command, [...LINK_FLAGS, '-o', program, ...objects, join(engine, 'quickjs.o'), '-lm'], scratch)
}

/** @param {string} folder */
function sources(folder) {
  return readdirSync(folder)
    .filter((name) => /\.[cS]$/.test(name))
    .toSorted()
}
