import { execFileSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  describeForUsers,
  hasFeature,
  runProgram,
  runSandboxed,
  stagedProbe,
  type TestUser,
} from '../../support/index.ts'
import type { Attempt } from './attempts.ts'
import { newScene, profileOf, type Scene } from './scene.ts'
import { defineAttacks, type Attack } from './table.ts'

/** What bubblewrap's minimal /dev has, with our own shared memory. */
const DEVICES = [
  'core',
  'fd',
  'full',
  'null',
  'ptmx',
  'pts',
  'random',
  'shm',
  'stderr',
  'stdin',
  'stdout',
  'tty',
  'urandom',
  'zero',
]

/** Settings of the kernel that give code execution or power over the machine; not every kernel has each. */
const CONTROL_FILES = [
  '/proc/sys/kernel/core_pattern',
  '/proc/sys/kernel/modprobe',
  '/proc/sys/kernel/hostname',
  '/proc/sys/kernel/sysrq',
  '/proc/sys/vm/overcommit_memory',
  '/proc/sys/fs/binfmt_misc/register',
  '/proc/sysrq-trigger',
  '/proc/mtrr',
  '/proc/acpi/wakeup',
  '/proc/scsi/scsi',
  '/proc/dynamic_debug/control',
  '/proc/irq/default_smp_affinity',
  '/sys/kernel/uevent_helper',
  '/sys/kernel/profiling',
  '/sys/kernel/mm/transparent_hugepage/enabled',
  '/sys/power/state',
  '/sys/module/kernel/parameters/panic',
]

/** Their permissions keep an ordinary user away before the mount does. */
function controlFile(path: string, user: TestUser): Attack {
  const gets = user.name === 'root' ? 'EROFS' : 'EACCES'
  return { act: `opens ${path} to write`, attempt: () => ['open-to-write', path], gets, twin: { by: 'root' } }
}

const makeNull = ({ room }: Scene): Attempt => ['mknod', join(room, 'node'), 'char', '1', '3']

const NODES: readonly Attack[] = [
  {
    act: 'makes a disk',
    attempt: ({ room }) => ['mknod', join(room, 'disk'), 'block', '8', '0'],
    gets: 'EPERM',
    twin: { by: 'root', attempt: makeNull },
  },
  {
    act: 'makes a window to the memory',
    attempt: ({ room }) => ['mknod', join(room, 'memory'), 'char', '1', '1'],
    gets: 'EPERM',
    twin: { by: 'root', attempt: makeNull },
  },
  {
    act: 'opens the log device of the kernel',
    attempt: () => ['open-device', '/dev/kmsg'],
    gets: 'ENOENT',
    twin: { by: 'root' },
  },
  { act: 'opens /dev/null', attempt: () => ['open-device', '/dev/null'], gets: 'ok' },
  {
    act: 'leaves a file in /dev',
    attempt: () => ['create', '/dev/probe'],
    gets: 'EROFS',
    twin: { where: 'inside', attempt: () => ['create', '/dev/shm/probe'] },
  },
  {
    act: 'deletes a device',
    attempt: () => ['unlink', '/dev/null'],
    gets: 'EROFS',
    twin: { where: 'inside', attempt: ({ workspace }) => ['unlink', join(workspace, 'notes')] },
  },
]

const EXISTING_NODE: Attack = {
  act: 'opens a device that lay in the workspace',
  attempt: ({ room }) => ['open-device', join(room, 'null')],
  gets: 'EACCES',
}

describeForUsers('the devices and settings of the machine', ['cc'], (user) => {
  const controlFiles = CONTROL_FILES.filter((path) => existsSync(path)).map((path) => controlFile(path, user))
  defineAttacks(user, [...controlFiles, ...NODES, ...(hasFeature('root') ? [EXISTING_NODE] : [])], {
    prepare: makeDeviceNode,
  })

  test.each([
    { where: '/proc', why: 'sysctl, sysrq, interrupts, drivers' },
    { where: '/sys', why: 'modules, power, devices' },
  ])('no file of $where can be opened to write ($why)', async ({ where }) => {
    const scene = sceneOf()
    const run = (directory: string) =>
      runSandboxed(user, {
        sandbox: { profile: profileOf(scene) },
        command: [stagedProbe(), 'list-writable', directory],
      })
    expect(await run(where)).toMatchObject({ exitCode: 0, stdout: 'ok\n' })
    const twin = await run(scene.workspace)
    expect(twin.stdout).toBe(`${join(scene.workspace, 'notes')}\nok\n`)
  })

  test('only harmless devices are there', async () => {
    const { stdout } = await runSandboxed(user, {
      sandbox: { profile: profileOf(sceneOf()) },
      command: ['ls', '/dev'],
    })
    expect(stdout.trim().split('\n').toSorted()).toEqual(DEVICES)
  })

  test('shared memory is private in both directions', async () => {
    const scene = sceneOf()
    const ofHost = `/dev/shm/${basename(join(scene.home, '..'))}`
    const ofSandbox = `${ofHost}-inside`
    writeFileSync(ofHost, 'of the host')
    onTestFinished(() => [ofHost, ofSandbox].forEach((path) => rmSync(path, { force: true })))
    const script = `test -e ${ofHost} && echo visible; echo new > ${ofSandbox} && cat ${ofSandbox}`
    const { stdout } = await runSandboxed(user, {
      sandbox: { profile: profileOf(scene) },
      command: ['sh', '-c', script],
    })
    expect(stdout).toBe('new\n')
    expect(existsSync(ofSandbox)).toBe(false)
    expect(await runProgram(user, 'sh', ['-c', script])).toMatchObject({ stdout: 'visible\nnew\n' })
    expect(existsSync(ofSandbox)).toBe(true)
  })

  function sceneOf(): Scene {
    const scene = newScene(user)
    return scene
  }
})

/** Only root can make one. */
function makeDeviceNode({ room }: Scene): void {
  if (hasFeature('root')) execFileSync('mknod', ['-m', '666', join(room, 'null'), 'c', '1', '3'])
}
