import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Apt } from './apt.mjs'
import { ARCHITECTURES } from './architectures.mjs'
import { makeEmptyDisk } from './disk.mjs'
import { makeInitramfs, provideKernel } from './kernel.mjs'
import { machineWords, runMachine } from './machine.mjs'
import { makePayload, TEST_BACKEND } from './payload.mjs'
import { reportOf } from './report.mjs'
import { expectsStandalone } from './standalone.mjs'
import { provideSystem } from './system.mjs'
import { testFiles } from './test-files.mjs'

const MOST_PROCESSORS = 4
const RESULT_MEBIBYTES = 32
const GUEST_SECONDS = 30 * 60
/** An emulated processor is at least ten times slower. */
const TEST_SECONDS = 300
const CONSOLE_TAIL_LINES = 40
/** Nothing that a test needs may be missing in a guest: then it would be skipped. */
const REQUIRED = [
  ...['userNamespaces', 'nativeLaunch', 'bwrap', 'seccomp', 'ordinaryUser', 'root'],
  ...['python3', 'git', 'curl', 'cc'],
]

/** @typedef {import('./guests.mjs').Guest} Guest */

/**
 * Boots `guest`, runs its checks and tests in it, and says what came of them.
 *
 * @param {Guest} guest
 * @returns {Promise<import('./report.mjs').Report>}
 * @throws {Error} when it cannot be made
 */
export async function runGuest(guest) {
  const files = testFiles(guest.tests)
  const required = [...REQUIRED, ...(expectsStandalone(guest.architecture) ? ['standalone'] : [])]
  const job = {
    ...{
      files,
      testSeconds: TEST_SECONDS,
      require: required.join(','),
      commands: guest.checks.map(commandOf),
    },
    ...(TEST_BACKEND === undefined ? {} : { backend: TEST_BACKEND }),
  }
  return await withMachine(guest, job, async (machine, directory) => {
    const resultDisk = join(directory, 'result.disk')
    makeEmptyDisk(resultDisk, RESULT_MEBIBYTES)
    let console = ''
    const end = await runMachine(
      { ...machine, resultDisk },
      {
        seconds: GUEST_SECONDS,
        onText: (text) => {
          console += text
          process.stderr.write(text)
        },
      },
    )
    const report = reportOf(textOn(resultDisk), { ...guest, files })
    if (end === 'timeout') report.problems.push(`it was not done after ${GUEST_SECONDS} s`)
    const tail = console.trimEnd().split('\n').slice(-CONSOLE_TAIL_LINES)
    if (report.passed === 0) report.problems.push(['its console ended with', ...tail].join('\n  '))
    return report
  })
}

/**
 * A shell in `guest`, on this terminal.
 *
 * @param {Guest} guest
 * @returns {Promise<void>}
 */
export async function openShell(guest) {
  await withMachine(guest, undefined, async (machine) => {
    const commandLine = `${machine.commandLine} guest_shell=1`
    const [program, ...args] = machineWords({ ...machine, commandLine, isInteractive: true })
    spawnSync(program, args, { stdio: 'inherit' })
  })
}

/**
 * @template Result
 * @param {Guest} guest
 * @param {import('../guest/job.ts').Job | undefined} job
 * @param {(machine: import('./machine.mjs').Machine, directory: string) => Promise<Result>} use
 * @returns {Promise<Result>}
 */
async function withMachine({ architecture: name, kernelPackage, commandLine = '' }, job, use) {
  const architecture = ARCHITECTURES[name]
  const apt = new Apt(architecture.debian)
  const kernel = provideKernel(apt, kernelPackage)
  const system = provideSystem(apt, architecture.debian)
  const directory = mkdtempSync(join(tmpdir(), 'kernel-vm-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    const payload = await makePayload(architecture, directory)
    const initramfs = makeInitramfs({ kernel, busybox: system.busybox, job }, directory)
    const machine = {
      architecture,
      processors: Math.min(availableParallelism(), MOST_PROCESSORS),
      kernel: kernel.image,
      initramfs,
      commandLine,
      disks: [system.disk, payload],
    }
    return await use(machine, directory)
  } finally {
    remove()
    process.off('exit', remove)
  }
}

/** @param {import('./guests.mjs').Check} check */
function commandOf({ user, words, settings = {} }) {
  return { user, words, settings }
}

/** @param {string} disk */
function textOn(disk) {
  const bytes = readFileSync(disk)
  return bytes.subarray(0, bytes.indexOf(0)).toString()
}
