import { expect, onTestFinished, test } from 'vitest'
import {
  describeForUsers,
  runSandboxed,
  stagedProbe,
  TEST_BACKEND,
  type TestUser,
} from '../../support/index.ts'
import { since } from '../landlock/workspace.ts'
import { makeScene, profileOf } from './scene.ts'

/** What is tried on a process, `PID` being its number. */
const ACTS = {
  environment: 'read /proc/PID/environ',
  'environment of the thread': 'read /proc/PID/task/PID/environ',
  memory: 'read /proc/PID/maps',
  root: 'readlink /proc/PID/root',
  directory: 'readlink /proc/PID/cwd',
  program: 'readlink /proc/PID/exe',
  namespace: 'readlink /proc/PID/ns/mnt',
  signal: 'kill PID 0',
  'signal by a pidfd': 'pidfd-kill PID 0',
  tracing: 'ptrace PID',
} as const

const DENIED: Readonly<Record<keyof typeof ACTS, string>> = {
  environment: 'EACCES',
  'environment of the thread': 'EACCES',
  memory: 'EACCES',
  root: 'EACCES',
  directory: 'EACCES',
  program: 'EACCES',
  namespace: 'EACCES',
  signal: since(6, 'EPERM'),
  'signal by a pidfd': since(6, 'EPERM'),
  tracing: 'EPERM',
}

/** Tries everything on each process above, up to the caller, and then on a child. Prints a line for each: name, results. */
function script(): string {
  const attempts = Object.values(ACTS).map(
    (words) =>
      `printf ' %s' "$(${stagedProbe()} ${words.replaceAll('PID', '$1')} | tr -cd 'A-Za-z' | cut -c1-8)"`,
  )
  return `
try() { printf '%s' "$(tr -cd 'a-z' < /proc/$1/comm)"; ${attempts.join('; ')}; echo; }
pid=$PPID
climb() { try $pid; pid=$(cut -d' ' -f4 /proc/$pid/stat); }
for level in enter launcher supervisor; do climb; done
# The broker, if there is one.
while grep -q ^linux-sandbox /proc/$pid/comm; do climb; done
try $pid
sleep 20 &
until [ "$(cat /proc/$!/comm)" = sleep ]; do :; done
try $!; kill $!`
}

async function tried(user: TestUser): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const scene = makeScene(user)
  onTestFinished(() => scene.remove())
  const { stdout } = await runSandboxed(user, {
    sandbox: { pidNamespace: 'inherited', profile: profileOf(scene) },
    command: ['sh', '-c', script()],
  })
  const names = Object.keys(ACTS)
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => {
        const [process = '', ...results] = line.split(' ')
        return [process, Object.fromEntries(names.map((name, i) => [name, results[i] ?? '']))]
      }),
  )
}

describeForUsers(
  'with an inherited PID namespace, the processes that watch over a command',
  ['cc'],
  (user) => {
    test('cannot be looked into, traced or signalled by it; its own child can', async () => {
      const { sleep, ...watching } = Object.fromEntries(await tried(user))
      expect(watching).toEqual({
        sandboxenter: DENIED,
        ...(TEST_BACKEND === 'bwrap' ? { bwrap: DENIED } : {}),
        linuxsandboxn: DENIED,
        node: DENIED,
      })
      expect(Object.entries(sleep!).filter(([, result]) => /^E[A-Z]+$/.test(result))).toEqual([])
    })
  },
)
