import { spawnSync } from 'node:child_process'

/** @typedef {'x86_64' | 'aarch64'} Arch - in the kernel's words */

/** By Node's names. @type {Readonly<Record<'x64' | 'arm64', Arch>>} */
export const ARCHS = { x64: 'x86_64', arm64: 'aarch64' }

/** musl compilers see no kernel headers; those lie behind their own ones. */
const HEADERS = {
  x86_64: ['/usr/include', '/usr/include/x86_64-linux-gnu'],
  aarch64: ['/usr/aarch64-linux-gnu/include', '/usr/include', '/usr/include/aarch64-linux-gnu'],
}

/**
 * The words that compile for `arch`, or `undefined` where no compiler is there.
 *
 * @param {Arch} arch
 * @returns {{ command: string, flags: readonly string[] } | undefined}
 */
export function compilerFor(arch) {
  const isNative = arch === ARCHS[process.arch]
  const musl = [`${arch}-linux-musl-gcc`, ...(isNative ? ['musl-gcc'] : [])].find(canRun)
  if (musl !== undefined) {
    return { command: musl, flags: HEADERS[arch].flatMap((directory) => ['-idirafter', directory]) }
  }
  const gnu = isNative ? 'cc' : `${arch}-linux-gnu-gcc`
  return canRun(gnu) ? { command: gnu, flags: [] } : undefined
}

/** @param {string} command */
function canRun(command) {
  return spawnSync(command, ['--version']).status === 0
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 * @throws {Error} with what the command has said, when it fails
 */
export function run(command, args, cwd) {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status === 0) return
  throw new Error(`${command} ${args.join(' ')} failed\n${error?.message ?? stderr}`)
}
