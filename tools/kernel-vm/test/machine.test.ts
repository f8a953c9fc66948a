import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ARCHITECTURES } from '../src/architectures.mjs'
import { machineWords, runMachine } from '../src/machine.mjs'

/** A machine whose emulator is a shell script. */
function machineOf(script: string) {
  const directory = mkdtempSync(join(tmpdir(), 'kernel-vm-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const qemu = join(directory, 'qemu')
  writeFileSync(qemu, `#!/bin/sh\n${script}\n`)
  chmodSync(qemu, 0o755)
  const architecture = { ...ARCHITECTURES.x86_64, qemu }
  return {
    architecture,
    processors: 2,
    kernel: 'K',
    initramfs: 'I',
    commandLine: 'lsm=yama',
    disks: ['A', 'B'],
  }
}

test('a machine that switches itself off has said what it said', async () => {
  let console = ''
  const end = await runMachine(machineOf('echo booting; echo panic >&2'), {
    seconds: 60,
    onText: (text) => (console += text),
  })
  expect(end).toBe('off')
  expect(console.split('\n').toSorted()).toEqual(['', 'booting', 'panic'])
})

test('a machine that hangs is ended', async () => {
  const end = await runMachine(machineOf('exec sleep 1000'), { seconds: 0.2, onText: () => undefined })
  expect(end).toBe('timeout')
})

test('an emulator that is not there is an error', async () => {
  const machine = machineOf('')
  const architecture = { ...machine.architecture, qemu: '/nowhere/qemu' }
  const run = runMachine({ ...machine, architecture }, { seconds: 60, onText: () => undefined })
  await expect(run).rejects.toThrow('/nowhere/qemu')
})

test('only the disk of the result keeps what is written', () => {
  const words = machineWords({ ...machineOf(''), resultDisk: 'R' })
  const drives = words.filter((word) => word.startsWith('file='))
  expect(drives.map((word) => word.split(',')[0])).toEqual(['file=A', 'file=B', 'file=R'])
  expect(drives.map((word) => word.includes('snapshot=on'))).toEqual([true, true, false])
  expect(words.at(-1)).toMatch(/^console=ttyS0 .* lsm=yama$/)
})
