import { spawn } from 'node:child_process'

const MEMORY_MEBIBYTES = 2048
/** Translated code of the guest; Node's takes more than the default. */
const TRANSLATION_CACHE_MEBIBYTES = 512

/**
 * @typedef {object} Machine
 * @property {import('./architectures.mjs').Architecture} architecture
 * @property {number} processors
 * @property {string} kernel
 * @property {string} initramfs
 * @property {string} commandLine - more words for the kernel
 * @property {readonly string[]} disks - changes to these are forgotten
 * @property {boolean} [isInteractive] - Ctrl-C goes to the guest; Ctrl-A X ends it
 * @property {string} [resultDisk] - the last disk, which keeps what is written to it
 */

/**
 * The program and its words that boot `machine` on an emulated processor, with its console on the standard streams.
 *
 * @param {Machine} machine
 * @returns {[string, ...string[]]}
 */
export function machineWords(machine) {
  const { architecture, processors, kernel, initramfs, commandLine, disks, resultDisk } = machine
  const drives = disks.map((file) => `file=${file},if=virtio,format=raw,snapshot=on,cache=unsafe`)
  if (resultDisk !== undefined) drives.push(`file=${resultDisk},if=virtio,format=raw,cache=unsafe`)
  return [
    architecture.qemu,
    ...architecture.machine,
    ...['-accel', `tcg,thread=multi,tb-size=${TRANSLATION_CACHE_MEBIBYTES}`],
    ...['-smp', String(processors), '-m', String(MEMORY_MEBIBYTES)],
    ...[
      '-nodefaults',
      '-no-user-config',
      '-display',
      'none',
      '-no-reboot',
      '-serial',
      machine.isInteractive ? 'mon:stdio' : 'stdio',
    ],
    ...drives.flatMap((drive) => ['-drive', drive]),
    ...['-kernel', kernel, '-initrd', initramfs],
    ...['-append', `${architecture.commandLine} quiet panic=-1 ${commandLine}`],
  ]
}

/**
 * Runs `machine` until it switches itself off.
 *
 * @param {Machine} machine
 * @param {{ seconds: number, onText: (text: string) => void }} options
 * @returns {Promise<'off' | 'timeout'>}
 */
export async function runMachine(machine, { seconds, onText }) {
  const [program, ...args] = machineWords(machine)
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const end = () => child.kill('SIGKILL')
  process.once('exit', end)
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    end()
  }, seconds * 1000)
  try {
    child.stdout.on('data', (chunk) => onText(String(chunk)))
    child.stderr.on('data', (chunk) => onText(String(chunk)))
    await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    return isLate ? 'timeout' : 'off'
  } finally {
    clearTimeout(timer)
    process.off('exit', end)
  }
}
