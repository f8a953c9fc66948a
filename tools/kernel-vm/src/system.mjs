import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from './cache.mjs'
import { makeDisk } from './disk.mjs'
import { run } from './program.mjs'

/** What the guest's system is made of, beside what these depend on: what a sandbox needs and what the tests start in it. */
const PACKAGES = [
  ...[
    'base-files',
    'bash',
    'bsdutils',
    'busybox-static',
    'coreutils',
    'dash',
    'findutils',
    'grep',
    'hostname',
  ],
  ...['libc-bin', 'libstdc++6', 'mount', 'procps', 'sed', 'util-linux'],
  ...['bubblewrap', 'curl', 'git', 'python3'],
]
const MEBIBYTES = 1024

/** /etc of a system that no maintainer's script has set up. */
const FILES = {
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\ntester:x:1000:1000:tester:/tmp:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  'etc/group': 'root:x:0:\ntty:x:5:\ntester:x:1000:\nnogroup:x:65534:\n',
  'etc/hosts': '127.0.0.1 localhost guest\n::1 localhost\n',
  'etc/hostname': 'guest\n',
}

/** Programs of the payload, which is mounted at /opt/linux-sandbox. */
const LINKS = {
  node: 'node',
  cc: 'guest/cc.sh',
  'linux-sandbox': 'node_modules/@linux-sandbox/cli/bin/linux-sandbox.mjs',
  'codex-linux-sandbox': 'node_modules/@linux-sandbox/standalone/bin/codex-linux-sandbox.mjs',
}

/**
 * @typedef {object} System
 * @property {string} disk - a file, not to be written to
 * @property {string} busybox - a static one
 */

/**
 * The system of the guests of an architecture, from Debian's packages.
 *
 * @param {import('./apt.mjs').Apt} apt
 * @param {string} architecture
 * @returns {System}
 */
export function provideSystem(apt, architecture) {
  const packages = apt.withDependencies(PACKAGES)
  const recipe = createHash('sha256').update(JSON.stringify([packages, FILES, LINKS, build.toString()]))
  const directory = cached(`system-${architecture}-${recipe.digest('hex').slice(0, 12)}`, (target) => {
    console.log(`making the ${architecture} system of ${packages.length} packages`)
    build(apt, packages, target)
  })
  return { disk: join(directory, 'disk'), busybox: join(directory, 'busybox') }
}

/**
 * @param {import('./apt.mjs').Apt} apt
 * @param {readonly string[]} packages
 * @param {string} target
 */
function build(apt, packages, target) {
  const archives = join(target, 'archives')
  const root = join(target, 'root')
  mkdirSync(archives)
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(root, 'usr', name), { recursive: true })
    symlinkSync(`usr/${name}`, join(root, name))
  }
  for (const archive of apt.download(packages, archives)) {
    const files = run('dpkg-deb', ['--fsys-tarfile', archive])
    run('tar', ['-x', '--keep-directory-symlink', '--no-same-owner', '-C', root], { input: files })
  }
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(root, name), text)
  mkdirSync(join(root, 'opt/linux-sandbox'), { recursive: true })
  for (const [name, path] of Object.entries(LINKS))
    symlinkSync(join('/opt/linux-sandbox', path), join(root, 'usr/bin', name))
  run('cp', [join(root, 'bin/busybox'), join(target, 'busybox')])
  makeDisk(join(target, 'disk'), root, MEBIBYTES)
  for (const directory of [archives, root]) rmSync(directory, { recursive: true })
}
