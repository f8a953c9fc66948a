import type { SandboxOptions } from 'linux-sandbox'
import { describe, expect, onTestFinished, test } from 'vitest'
import { describeForUsers, hasFeature, runSandboxed } from '../../support/index.ts'
import { plainProfile } from '../landlock/workspace.ts'
import { makeScene } from './scene.ts'

const SANDBOXES: readonly { readonly name: string; readonly sandbox: Omit<SandboxOptions, 'profile'> }[] = [
  { name: 'bubblewrap', sandbox: {} },
  { name: 'an inherited PID namespace', sandbox: { pidNamespace: 'inherited' } },
  ...(hasFeature('landlock') ? [{ name: 'Landlock', sandbox: { backend: 'landlock' } as const }] : []),
]

/** PTRACE_TRACEME of linux/ptrace.h, then what `act` does. */
const traced = (act: string): string => `
import ctypes, os, signal
signal.alarm(20)
if ctypes.CDLL(None).ptrace(0, 0, 0, 0) != 0: os._exit(99)
${act}`

const ACTS = [
  {
    does: 'gets a signal that it ignores',
    act: 'os.kill(os.getpid(), signal.SIGWINCH); os._exit(7)',
    ends: 7,
  },
  { does: 'executes another program', act: 'os.execv("/bin/sh", ["sh", "-c", "exit 9"])', ends: 9 },
  { does: 'is ended by a signal', act: 'os.kill(os.getpid(), signal.SIGTERM)', ends: 'SIGTERM' },
  { does: 'ends', act: 'os._exit(3)', ends: 3 },
  {
    does: 'leaves a traced process that stops',
    act: `
if os.fork() == 0:
  if os.fork() == 0:
    os.setsid()
    ctypes.CDLL(None).ptrace(0, 0, 0, 0)
    signal.alarm(20)
    os.kill(os.getpid(), signal.SIGSTOP)
  os._exit(0)
os.wait()
os._exit(5)`,
    ends: 5,
  },
] as const

describeForUsers('a command that asks to be traced by what started it', ['python3'], (user) => {
  describe.each(SANDBOXES)('under $name', ({ sandbox }) => {
    test.each(ACTS)('$does and ends as it does untraced', async ({ act, ends }) => {
      const scene = makeScene(user)
      onTestFinished(() => scene.remove())
      const { exitCode, signal, stderr } = await runSandboxed(user, {
        sandbox: { ...sandbox, profile: plainProfile(scene) },
        command: ['/usr/bin/python3', '-c', traced(act)],
      })
      expect({ end: exitCode ?? signal, stderr }).toEqual({ end: ends, stderr: '' })
    })
  })
})
