import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeForUsers, runProgram, runSandboxed, stagedProbe } from '../../support/index.ts'
import { newScene, profileOf } from './scene.ts'
import { defineAttacks, type Attack } from './table.ts'

/** The probe has calls of another ABI for this architecture alone. */
const IS_X86 = process.arch === 'x64'

const FOREIGN_CALLS: readonly Attack[] = [
  { act: 'makes a call of the x32 ABI', attempt: () => ['x32-getpid'], gets: 'SIGSYS' },
  { act: 'makes a socket by the x32 ABI', attempt: () => ['x32-socket'], gets: 'SIGSYS' },
  { act: 'makes a 32-bit call', attempt: () => ['i386-getpid'], gets: 'SIGSYS' },
  { act: 'makes a socket by a 32-bit call', attempt: () => ['i386-socket'], gets: 'SIGSYS' },
  { act: 'takes a port of the processor', attempt: () => ['ioperm'], gets: 'EPERM' },
]

/** Where the twin gets an error, it is the kernel that looked at the arguments, which are wrong on purpose. */
const CALLS: readonly Attack[] = [
  { act: 'makes a BPF map', attempt: () => ['bpf'], gets: 'EPERM', twin: { by: 'root' } },
  {
    act: 'counts events of the processor',
    attempt: () => ['perf-event-open'],
    gets: 'EPERM',
    twin: { by: 'root' },
  },
  { act: 'sets up io_uring', attempt: () => ['io-uring-setup'], gets: 'EPERM', twin: { by: 'root' } },
  { act: 'handles its page faults', attempt: () => ['userfaultfd'], gets: 'EPERM', twin: { by: 'root' } },
  { act: 'watches file systems', attempt: () => ['fanotify-init'], gets: 'EPERM', twin: { by: 'root' } },
  { act: 'becomes a 32-bit program', attempt: () => ['personality', '8'], gets: 'EPERM' },
  { act: 'reads as if it were executing', attempt: () => ['personality', '400000'], gets: 'EPERM' },
  { act: 'asks for addresses that stay', attempt: () => ['personality', '40000'], gets: 'ok' },
  { act: 'reads the log of the kernel', attempt: () => ['syslog'], gets: 'EPERM', twin: { by: 'root' } },
  {
    act: 'loads a module',
    attempt: () => ['init-module'],
    gets: 'EPERM',
    twin: { by: 'root', gets: 'EFAULT' },
  },
  {
    act: 'loads a module from a file',
    attempt: () => ['finit-module'],
    gets: 'EPERM',
    twin: { by: 'root', gets: 'EBADF' },
  },
  {
    act: 'loads another kernel',
    attempt: () => ['kexec-load'],
    gets: 'EPERM',
    twin: { by: 'root', gets: 'EINVAL' },
  },
  {
    act: 'restarts the machine',
    attempt: () => ['reboot'],
    gets: 'EPERM',
    twin: { by: 'root', gets: 'EINVAL' },
  },
  { act: 'sets the clock', attempt: () => ['settimeofday'], gets: 'EPERM', twin: { by: 'root' } },
  { act: 'adds swap', attempt: () => ['swapon'], gets: 'EPERM', twin: { by: 'root', gets: 'EFAULT' } },
  { act: 'enters a namespace', attempt: () => ['setns-own'], gets: 'EPERM', twin: { gets: 'EINVAL' } },
]

const MOUNTS: readonly Attack[] = [
  mountAttack('mounts a file system', ({ room }) => ['mount-tmpfs', room]),
  mountAttack('mounts one by the new calls', ({ room }) => ['mount-new-tmpfs', room]),
  mountAttack('binds a directory', ({ room }) => ['mount-bind', '/usr', room]),
  mountAttack('makes the outside writable', ({ outside, room }) => ['bind-writable', outside, room]),
  mountAttack('changes its root', ({ room }) => ['pivot-root', room]),
  mountAttack('changes its root twice', ({ room }) => ['chroot-twice', room]),
  mountAttack('reconfigures a file system', () => ['fspick', '/']),
  {
    ...mountAttack('makes a copy of the outside writable', ({ outside }) => ['clone-tree-writable', outside]),
    gets: 'EPERM',
  },
]

/** Denied to the command itself; its twin is root of namespaces of its own. */
function mountAttack(act: string, attempt: Attack['attempt']): Attack {
  return { act, attempt, gets: 'EPERM', twin: { attempt: (scene) => ['in-namespaces', ...attempt(scene)] } }
}

const NAMESPACES: readonly Attack[] = [
  ...['mount', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'].map((name): Attack => ({
    act: `unshares its ${name} namespace`,
    attempt: () => ['unshare', 'user', name],
    gets: 'EPERM',
  })),
  { act: 'unshares its user namespace alone', attempt: () => ['unshare', 'user'], gets: 'EPERM' },
  { act: 'clones into a user namespace', attempt: () => ['clone', 'user'], gets: 'EPERM' },
  { act: 'clones into user and mount namespaces', attempt: () => ['clone', 'user', 'mount'], gets: 'EPERM' },
  { act: 'hides the flags of clone in memory', attempt: () => ['clone3', 'user'], gets: 'ENOSYS' },
  { act: 'calls clone3 without a namespace', attempt: () => ['clone3'], gets: 'ENOSYS' },
  { act: 'unshares its descriptors', attempt: () => ['unshare', 'files'], gets: 'ok' },
  {
    act: 'renames the host',
    attempt: () => ['sethostname', 'renamed'],
    gets: 'EPERM',
    twin: { attempt: () => ['in-namespaces', 'sethostname', 'renamed'] },
  },
  {
    act: 'renames the host as root of namespaces',
    attempt: () => ['in-namespaces', 'sethostname', 'renamed'],
    gets: 'EPERM',
  },
]

const CONFINEMENT: readonly Attack[] = [
  status('has no way to new privileges', ['NoNewPrivs', '\t1']),
  status('has a filter', ['Seccomp', '\t2']),
  status('has no capability left that a program could give it', ['CapBnd', '0000000000000000']),
  { ...status('has no capability', ['CapEff', '0000000000000000']), only: 'root' },
  { ...status('may keep no capability', ['CapPrm', '0000000000000000']), only: 'root' },
]

function status(act: string, words: readonly [string, string]): Attack {
  return { act, attempt: () => ['has-status', ...words], gets: 'ok', twin: { gets: 'EINVAL' } }
}

describeForUsers('the kernel', ['cc', 'seccomp'], (user) => {
  defineAttacks(user, [...(IS_X86 ? FOREIGN_CALLS : []), ...CALLS, ...MOUNTS, ...NAMESPACES, ...CONFINEMENT])
})

describeForUsers('a program started in an odd way', ['cc'], (user) => {
  const loader = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'].find((path) =>
    existsSync(path),
  )

  test.skipIf(loader === undefined)('is confined when the loader runs it', async () => {
    const scene = newScene(user)
    const script = `${loader} /usr/bin/touch ${scene.outside}/new && echo made`
    const result = await runSandboxed(user, {
      sandbox: { profile: profileOf(scene) },
      command: ['sh', '-c', script],
    })
    expect(result).toMatchObject({ exitCode: 1, stdout: '' })
    expect(await runProgram(user, 'sh', ['-c', script])).toMatchObject({ exitCode: 0, stdout: 'made\n' })
  })

  test('is confined as a copy under another name', async () => {
    const scene = newScene(user)
    const script = `cp ${stagedProbe()} ${scene.room}/copy && ${scene.room}/copy write ${scene.outside}/file`
    const result = await runSandboxed(user, {
      sandbox: { profile: profileOf(scene) },
      command: ['sh', '-c', script],
    })
    expect(result).toMatchObject({ exitCode: 1, stdout: 'EROFS\n' })
    expect(await runProgram(user, 'sh', ['-c', script])).toMatchObject({ exitCode: 0, stdout: 'ok\n' })
  })
})
