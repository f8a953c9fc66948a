/**
 * @typedef {object} Architecture
 * @property {'amd64' | 'arm64'} debian
 * @property {'x86_64' | 'aarch64'} native - as packages/native calls it
 * @property {'x64' | 'arm64'} node
 * @property {string} qemu - the program
 * @property {readonly string[]} machine - words for it
 * @property {string} commandLine - words for the kernel
 */

/** @satisfies {Record<string, Architecture>} */
export const ARCHITECTURES = /** @type {const} */ ({
  x86_64: {
    debian: 'amd64',
    native: 'x86_64',
    node: 'x64',
    qemu: 'qemu-system-x86_64',
    machine: ['-machine', 'q35', '-cpu', 'qemu64'],
    commandLine: 'console=ttyS0 no_timer_check',
  },
  aarch64: {
    debian: 'arm64',
    native: 'aarch64',
    node: 'arm64',
    qemu: 'qemu-system-aarch64',
    // `max` emulates pointer authentication, which takes five times as long to boot.
    machine: ['-machine', 'virt', '-cpu', 'cortex-a57'],
    commandLine: 'console=ttyAMA0',
  },
})
