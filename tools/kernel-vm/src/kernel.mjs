import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cached } from './cache.mjs'
import { run } from './program.mjs'

/** What a disk of QEMU needs, each after what it builds on. A kernel has some of them built in. */
const MODULES = [
  ...['virtio_ring', 'virtio', 'virtio_pci_legacy_dev', 'virtio_pci_modern_dev', 'virtio_pci', 'virtio_blk'],
]

/**
 * @typedef {object} Kernel
 * @property {string} release - as uname(2) says it
 * @property {string} image
 * @property {string[]} modules
 */

/**
 * The kernel that a meta package of Debian stands for today.
 *
 * @param {import('./apt.mjs').Apt} apt
 * @param {string} metaPackage
 * @returns {Kernel}
 */
export function provideKernel(apt, metaPackage) {
  const name = apt.standsFor(metaPackage)
  const directory = cached(name.replaceAll(/[^\w.+-]/g, '_'), (target) => {
    console.log(`fetching ${name}`)
    for (const archive of apt.download([name], target)) {
      run('dpkg-deb', ['-x', archive, join(target, 'root')])
      rmSync(archive)
    }
    const [release = ''] = readdirSync(join(target, 'root/lib/modules'))
    cpSync(join(target, `root/boot/vmlinuz-${release}`), join(target, `vmlinuz-${release}`))
    mkdirSync(join(target, 'modules'))
    for (const module of modulesIn(join(target, 'root/lib/modules', release))) {
      cpSync(module, join(target, 'modules', basename(module)))
    }
    rmSync(join(target, 'root'), { recursive: true })
  })
  const image = readdirSync(directory).find((one) => one.startsWith('vmlinuz-')) ?? ''
  const modules = readdirSync(join(directory, 'modules')).map((one) => join(directory, 'modules', one))
  return { release: image.replace('vmlinuz-', ''), image: join(directory, image), modules }
}

/** @param {string} directory */
function modulesIn(directory) {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.includes('.ko') && MODULES.includes(moduleName(path)))
    .map((path) => join(directory, path))
}

/** @param {string} path */
function moduleName(path) {
  return basename(path).replace(/\.ko(\..*)?$/, '')
}

/**
 * The first file system of a guest: it mounts the disks.
 *
 * @param {object} parts
 * @param {Kernel} parts.kernel
 * @param {string} parts.busybox
 * @param {unknown} parts.job - for the guest
 * @param {string} directory - an empty one to work in
 * @returns {string} the file
 */
export function makeInitramfs({ kernel, busybox, job }, directory) {
  const root = join(directory, 'initramfs')
  for (const name of ['bin', 'dev', 'modules', 'proc', 'system'])
    mkdirSync(join(root, name), { recursive: true })
  cpSync(busybox, join(root, 'bin/busybox'))
  cpSync(join(import.meta.dirname, '../guest/boot.sh'), join(root, 'init'))
  for (const module of kernel.modules) {
    const order = MODULES.indexOf(moduleName(module))
    cpSync(module, join(root, 'modules', `${order}-${basename(module)}`))
  }
  writeFileSync(join(root, 'job.json'), JSON.stringify(job ?? null))

  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  const archive = run('cpio', ['--quiet', '-o', '-H', 'newc', '-R', '+0:+0'], {
    cwd: root,
    input: ['.', ...names].join('\n'),
  })
  writeFileSync(join(directory, 'initramfs.cpio'), archive)
  return join(directory, 'initramfs.cpio')
}
