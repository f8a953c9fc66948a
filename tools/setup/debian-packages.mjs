import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runCaptured } from './child.mjs'
import { say } from './say.mjs'
import { SetupError } from './setup-error.mjs'

/**
 * @typedef {'run' | 'build' | 'build-engine' | 'test' | 'ci' | 'emulate'} Purpose
 * @typedef {object} SystemCommand
 * @property {string} command
 * @property {string} [file] - whose presence counts, for what is no command
 * @property {string} packages - Debian's, separated by spaces
 * @property {readonly Purpose[]} neededTo
 * @property {string} [without] - what happens without it; a command that has no such line is indispensable
 */

const SKIPPED = 'tests that need it are skipped'

/** Of the Python that Debian brings. Another one on PATH has its own. */
const PYTHON_MODULES = '/usr/lib/python3/dist-packages'

/**
 * Commands that npm cannot bring.
 *
 * @type {readonly SystemCommand[]}
 */
const SYSTEM_COMMANDS = [
  { command: 'bwrap', packages: 'bubblewrap', neededTo: ['run', 'test'] },
  { command: 'cc', packages: 'gcc libc6-dev', neededTo: ['build'] },
  {
    command: 'musl-gcc',
    packages: 'musl-tools',
    neededTo: ['build'],
    without: 'cc -static builds the native program and the static helper, which come out bigger',
  },
  {
    command: 'wasm2c',
    packages: 'wabt',
    neededTo: ['build-engine'],
    without: 'codex-linux-sandbox is not built as one static file, and runs on Node',
  },
  { command: 'git', packages: 'git', neededTo: ['test'], without: SKIPPED },
  { command: 'python3', packages: 'python3', neededTo: ['test'], without: SKIPPED },
  {
    command: 'pip',
    file: `${PYTHON_MODULES}/pip`,
    packages: 'python3-pip',
    neededTo: ['test'],
    without: SKIPPED,
  },
  {
    command: 'python3-requests',
    file: `${PYTHON_MODULES}/requests`,
    packages: 'python3-requests',
    neededTo: ['test'],
    without: SKIPPED,
  },
  { command: 'curl', packages: 'curl', neededTo: ['test'], without: SKIPPED },
  { command: 'wget', packages: 'wget', neededTo: ['test'], without: SKIPPED },
  { command: 'openssl', packages: 'openssl', neededTo: ['test'], without: SKIPPED },
  { command: 'script', packages: 'bsdutils', neededTo: ['test'], without: SKIPPED },
  // Hundreds of megabytes each: not for everybody who runs the tests.
  { command: 'go', packages: 'golang-go', neededTo: ['ci'], without: SKIPPED },
  { command: 'javac', packages: 'default-jdk-headless', neededTo: ['ci'], without: SKIPPED },
  { command: 'qemu-system-x86_64', packages: 'qemu-system-x86 seabios', neededTo: ['emulate'] },
  { command: 'cpio', packages: 'cpio', neededTo: ['emulate'] },
  {
    command: 'qemu-system-aarch64',
    packages: 'qemu-system-arm',
    neededTo: ['emulate'],
    without: 'the guest aarch64 cannot run',
  },
  {
    command: 'aarch64-linux-gnu-gcc',
    packages: 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
    neededTo: ['emulate'],
    without: 'the guest aarch64 cannot run',
  },
]

/**
 * The commands for `purposes` that are not here.
 *
 * @param {ReadonlySet<Purpose>} purposes
 * @returns {SystemCommand[]}
 */
export function missingCommands(purposes) {
  return SYSTEM_COMMANDS.filter(
    (command) => command.neededTo.some((purpose) => purposes.has(purpose)) && !isPresent(command),
  )
}

/**
 * Installs what is missing when this is root on Debian. Afterwards every indispensable command is there, and
 * what else is missing has been said.
 *
 * @param {readonly SystemCommand[]} missing
 * @returns {Promise<void>}
 * @throws {SetupError} when an indispensable command is still missing
 */
export async function provideCommands(missing) {
  if (missing.length === 0) return
  const mayInstall = process.getuid?.() === 0 && isOnPath('apt-get')
  const output = mayInstall ? await install(missing.flatMap(({ packages }) => packages.split(' '))) : ''
  const lacking = missing.filter((command) => !isPresent(command))

  const indispensable = lacking.filter(({ without }) => without === undefined)
  if (indispensable.length > 0) {
    throw new SetupError(`${names(indispensable)} missing`, installLine(indispensable), output)
  }
  const consequences = new Set(lacking.map(({ without }) => without))
  for (const consequence of consequences) {
    const group = lacking.filter(({ without }) => without === consequence)
    say(`${names(group)} missing: ${consequence} (${installLine(group)})`)
  }
}

/**
 * What apt-get wrote. Package lists may be missing or out of date, and are fetched only then: it is slow.
 *
 * @param {readonly string[]} packages
 */
async function install(packages) {
  say(`installing ${packages.join(', ')} with apt-get`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const waitForOthers = ['-o', 'DPkg::Lock::Timeout=300']
  const args = ['install', '-y', '--no-install-recommends', ...waitForOthers, ...packages]

  const first = await runCaptured('apt-get', args, { env })
  if (first.status === 0) return first.output
  const update = await runCaptured('apt-get', ['update', ...waitForOthers], { env })
  const second = await runCaptured('apt-get', args, { env })
  return update.output + second.output
}

/** @param {readonly SystemCommand[]} commands */
function names(commands) {
  return `${commands.map(({ command }) => command).join(', ')} ${commands.length === 1 ? 'is' : 'are'}`
}

/** @param {readonly SystemCommand[]} commands */
function installLine(commands) {
  const packages = commands.map((command) => command.packages).join(' ')
  return isOnPath('apt-get') ? `sudo apt-get install ${packages}` : `install what Debian calls ${packages}`
}

/** @param {SystemCommand} command */
function isPresent({ command, file }) {
  return file === undefined ? isOnPath(command) : existsSync(file)
}

/** @param {string} command */
function isOnPath(command) {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
