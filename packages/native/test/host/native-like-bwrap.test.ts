import { spawnSync } from 'node:child_process'
import { afterAll, describe, expect, test } from 'vitest'
import type { LaunchOperation } from '../../src/index.js'
import { BWRAP, reasonToSkip, reasonToSkipNative, USERS } from './host.js'
import { bindOf, DEV, EMPTY, openScene, PROC, READ, SYSTEM, WRITE } from './native-scene.js'

const { place, runNative, shell, remove } = openScene()
afterAll(remove)

const WORK = place('work')

/**
 * Root, mount point, options and type of each mount that is not hidden by a later one at the same point: bwrap leaves that as it was.
 */
function mountsOf(output: string): string[] {
  const lines = output.split('\n').filter((line) => line.includes(' - '))
  const byPoint = new Map(
    lines.map((line) => {
      const [own = '', system = ''] = line.split(' - ')
      const [, , , root, point, options] = own.split(' ')
      return [point, `${root} ${point} ${options} ${system.split(' ')[0]}`] as const
    }),
  )
  return [...byPoint.values()]
}

/** Mode, owner, numbers of a device and name of what was listed, without times. */
const entriesOf = (output: string): string[] =>
  output
    .split('\n')
    .filter((line) => !line.includes(' - '))
    .map((line) => line.replace(/ [A-Z][a-z]{2} [ \d]\d [\d: ]{5} /, ' '))

const words = (operation: LaunchOperation): string[] => {
  switch (operation.type) {
    case 'root':
      return [
        operation.access === 'read' ? '--ro-bind' : operation.devices ? '--dev-bind' : '--bind',
        '/',
        '/',
      ]
    case 'dev':
    case 'proc':
      return [`--${operation.type}`, `/${operation.type}`]
    case 'bind':
      return [operation.access === 'read' ? '--ro-bind' : '--bind', operation.source, operation.target]
    case 'device':
      return ['--dev-bind', operation.source, operation.target]
    case 'mask-file':
      return ['--ro-bind', '/dev/null', operation.target]
    case 'mask-directory':
      return ['--perms', operation.traversable ? '0111' : '0000', '--tmpfs', operation.target]
    case 'directory':
      return ['--perms', operation.mode.toString(8).padStart(4, '0'), '--dir', operation.target]
    case 'tmpfs':
      return ['--perms', operation.mode.toString(8).padStart(4, '0'), '--tmpfs', operation.target]
    case 'symlink':
      return ['--symlink', operation.to, operation.target]
    case 'remount-read-only':
      return ['--remount-ro', operation.target]
  }
}

describe.skipIf(reasonToSkip() ?? reasonToSkipNative()).each(USERS)(
  'the same as of bwrap, as $name',
  (user) => {
    test.each([
      { what: 'a writable root', operations: [WRITE, DEV, PROC] },
      { what: 'a root with devices', operations: [{ ...WRITE, devices: true } as LaunchOperation, PROC] },
      {
        what: 'a root that is read-only',
        operations: [
          READ,
          DEV,
          { type: 'tmpfs', target: '/dev/shm', mode: 0o1777 },
          { type: 'device', source: '/dev/zero', target: '/dev/more' },
          { type: 'remount-read-only', target: '/dev' },
          PROC,
          bindOf(WORK, 'write'),
          { type: 'mask-file', target: `${WORK}/file` },
          { type: 'mask-directory', target: `${WORK}/inner`, traversable: false },
          { type: 'remount-read-only', target: `${WORK}/inner` },
        ],
      },
      {
        what: 'an empty root',
        operations: [
          EMPTY,
          DEV,
          PROC,
          ...SYSTEM,
          { type: 'directory', target: '/a', mode: 0o111 },
          bindOf('/a/b/c', 'write', WORK),
          { type: 'tmpfs', target: '/t/u', mode: 0o750 },
          { type: 'mask-file', target: '/a/hidden' },
          { type: 'remount-read-only', target: '/' },
        ],
      },
    ] satisfies { what: string; operations: LaunchOperation[] }[])('$what', async ({ operations }) => {
      // The owner of a directory of terminals depends on how bwrap made it.
      const listed = '/ /dev /dev/[!p]* /dev/pts/* /dev/ptmx /proc/sys /a /a/* /a/b/* /t /t/*'
      const script = `cat /proc/self/mountinfo; ls -lnd ${listed}; true`
      const { stdout } = await runNative(user, operations, script)
      const uid = user.uid === undefined ? {} : { uid: user.uid, gid: user.uid }
      const namespaces = ['--unshare-all', '--cap-drop', 'ALL']
      const args = [...namespaces, ...operations.flatMap(words), 'sh', '-c', script]
      const other = spawnSync(BWRAP, args, { env: { PATH: '/usr/bin:/bin' }, encoding: 'utf8', ...uid })
      expect(other.status).toBe(0)
      const text = stdout.toString()
      expect(mountsOf(text).length).toBeGreaterThan(3)
      expect(mountsOf(text)).toEqual(mountsOf(other.stdout))
      expect(entriesOf(text).length).toBeGreaterThan(3)
      expect(entriesOf(text)).toEqual(entriesOf(other.stdout))
    })

    test('a terminal can be made', async () => {
      const script = 'exec script -qec "tty; test -t 0 && echo terminal" /dev/null'
      const { output, exitCode } = await shell(user, [READ, DEV, PROC], script)
      expect({ output, exitCode }).toEqual({ output: '/dev/pts/0\r\nterminal', exitCode: 0 })
    })
  },
)
