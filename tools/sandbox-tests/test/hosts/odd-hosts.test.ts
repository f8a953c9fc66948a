import { expect, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { runOnHost, type OddHost } from './odd-host.ts'

/** Writes in the workspace, and tries to write outside. */
const COMMAND = [
  'sh',
  '-c',
  'echo kept > here && cat here; { echo x > /etc/planted; } 2>/dev/null || echo blocked; test -e /proc/self/stat && echo proc',
]
const HELD = { exitCode: 0, stdout: 'kept\nblocked\nproc\n', stderr: '' }

/** The capabilities of root in a container by default. Source: Docker's documentation, runtime privileges. */
const CONTAINER_CAPABILITIES =
  '-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap'

/** Everything at the root but `/tmp`, in a root of its own. */
const NO_TMP = `NEW=/mnt; mount -t tmpfs root "$NEW"
for directory in /*; do
  name=\${directory#/}
  case $name in tmp|mnt) continue ;; esac
  if [ -L "$directory" ]; then cp -P "$directory" "$NEW/"; continue; fi
  if [ -d "$directory" ]; then mkdir "$NEW/$name"; mount --rbind "$directory" "$NEW/$name"; fi
done
mkdir "$NEW/old" "$NEW/odd-stage" "$NEW/odd-work"
mount --bind "$STAGE" "$NEW/odd-stage"; mount --bind "$WORK" "$NEW/odd-work"
cd "$NEW"; pivot_root . old; umount -l /old; rmdir /old; WORK=/odd-work; STAGE=/odd-stage`

const HOSTS: readonly (OddHost & { readonly title: string; readonly options?: readonly string[] })[] = [
  { title: 'nothing odd' },
  {
    title: 'no /dev/shm',
    preparation: `mkdir "$WORK/dev"; mount -t tmpfs -o mode=755 dev "$WORK/dev"
for name in null zero full random urandom tty; do touch "$WORK/dev/$name"; mount --bind "/dev/$name" "$WORK/dev/$name"; done
mount --rbind "$WORK/dev" /dev; test ! -e /dev/shm`,
  },
  {
    title: 'a read-only root',
    // Placeholders that other tests have in /tmp could not be removed here.
    options: ['-c', 'sandbox_workspace_write.exclude_slash_tmp=true'],
    preparation: `mount --bind "$WORK" "$WORK"; mount --bind "$STAGE" "$STAGE"
mount -o remount,bind,ro /; ! touch /planted 2>/dev/null`,
  },
  {
    title: 'the capabilities of a container',
    prefix: ['setpriv', '--bounding-set', CONTAINER_CAPABILITIES, '--inh-caps', '-all', '--'],
  },
  { title: 'few descriptors', prefix: ['bash', '-c', 'ulimit -n 40; exec "$@"', 'bash'] },
  { title: 'little address space', prefix: ['bash', '-c', 'ulimit -v 4000000; exec "$@"', 'bash'] },
  { title: 'no /tmp', preparation: NO_TMP },
  {
    title: 'no home',
    prefix: ['env', '-u', 'HOME', '-u', 'XDG_RUNTIME_DIR'],
  },
]

const REFUSALS: readonly (OddHost & {
  title: string
  options?: readonly string[]
  message: RegExp
  hint: RegExp
})[] = [
  {
    title: 'too few descriptors',
    prefix: ['bash', '-c', 'ulimit -n 28; exec "$@"', 'bash'],
    // Which program notices first depends on how many descriptors Node has open.
    message: /descriptors|EMFILE/,
    hint: /ulimit -/,
  },
  {
    title: 'no /tmp for the bwrap that was asked for',
    options: ['--backend', 'bwrap'],
    preparation: NO_TMP,
    message: /bwrap/,
    hint: /mkdir -m 1777 \/tmp/,
  },
]

/** What only root is short of. */
const REFUSALS_OF_ROOT: typeof REFUSALS = [
  {
    title: 'no capability',
    prefix: ['setpriv', '--bounding-set', '-all', '--inh-caps', '-all', '--'],
    message: /uid map|ids could not be mapped/,
    hint: /--cap-add SETFCAP/,
  },
]

describeForUsers('on a host with', ['root'], (user) => {
  test.each(HOSTS)('$title, a command is confined', async ({ options = [], ...host }) => {
    expect(await runOnHost(user, host, [...options, '--', ...COMMAND])).toMatchObject(HELD)
  })

  const refusals = user.name === 'root' ? [...REFUSALS, ...REFUSALS_OF_ROOT] : REFUSALS
  test.each(refusals)('$title, the error says so', async ({ message, hint, options = [], ...host }) => {
    const end = await runOnHost(user, host, [...options, '--', 'true'])
    expect(end).toMatchObject({ exitCode: 125, stdout: '' })
    expect(end.stderr).toMatch(message)
    expect(end.stderr).toMatch(hint)
  })
})
