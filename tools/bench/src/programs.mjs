import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Sandbox } from 'linux-sandbox'

const REPOSITORY = join(import.meta.dirname, '../../..')
const ARCHS = { x64: 'x86_64', arm64: 'aarch64' }

export const BACKENDS = ['bwrap', 'native']

/** Bubblewrap alone around a command: what everything is compared with. */
export function bareBwrap({ root }, command = ['/bin/true']) {
  return [
    ...['bwrap', '--unshare-user', '--unshare-pid', '--unshare-net', '--die-with-parent', '--new-session'],
    ...['--ro-bind', '/', '/', '--bind', root, root, '--dev', '/dev', '--proc', '/proc', ...command],
  ]
}

/** A program that the set-up has put into reach. */
export function installed(name) {
  return join(REPOSITORY, 'node_modules/.bin', name)
}

/** The helper as one static file, built or not. */
export const STATIC_HELPER = join(
  REPOSITORY,
  'packages/standalone/dist',
  ARCHS[process.arch] ?? process.arch,
  'codex-linux-sandbox',
)

/** The helper in both forms, with each backend: a command each, or why there is none. */
export function helperScenarios(scene) {
  const nodeHosted = join(REPOSITORY, 'packages/standalone/bin/codex-linux-sandbox.mjs')
  return [
    ...BACKENDS.map((backend) =>
      helperScenario(`static helper, ${backend}`, STATIC_HELPER, { scene, backend }),
    ),
    // Without `--` no start goes as one before.
    ...BACKENDS.map((backend) =>
      helperScenario(`static helper, ${backend}, first start`, STATIC_HELPER, { scene, backend, end: [] }),
    ),
    ...BACKENDS.map((backend) =>
      helperScenario(`helper on Node, ${backend}`, nodeHosted, { scene, backend }),
    ),
  ]
}

function helperScenario(name, program, { scene: { root, profile }, backend, end = ['--'] }) {
  if (!existsSync(program)) return { name, absence: 'not measured: it is not built' }
  const { command, absence } = withBackend(program, { helpOption: ['--help'], backend })
  if (command === undefined) return { name, absence }
  const policy = ['--sandbox-policy-cwd', root, '--permission-profile', JSON.stringify(profile)]
  return { name, command: [...command, ...policy, ...end, '/bin/true'] }
}

/** The multitool with each backend. */
export function multitoolScenarios({ root }) {
  return BACKENDS.map((backend) => {
    const name = `multitool run, ${backend}`
    const { command, absence } = withBackend(installed('linux-sandbox'), {
      helpOption: ['run', '--help'],
      backend,
    })
    if (command === undefined) return { name, absence }
    const [program, ...options] = command
    return { name, command: [program, 'run', ...options, '-C', root, '/bin/true'] }
  })
}

/** A program whose help does not name the option has one backend, bubblewrap. */
function withBackend(program, { helpOption, backend }) {
  const { status, stdout } = spawnSync(program, helpOption, { encoding: 'utf8' })
  if (status !== 0) return { absence: `not measured: ${helpOption.join(' ')} ends with status ${status}` }
  if (stdout.includes('--backend')) return { command: [program, '--backend', backend] }
  return backend === 'bwrap'
    ? { command: [program] }
    : { absence: 'not measured: it has no option --backend' }
}

/** A sandbox of the library; with `absence` instead where this host or this version cannot make it. */
export async function sandboxWith(backend, options) {
  try {
    const sandbox = await Sandbox.create({ ...options, backend })
    await sandbox.run('/bin/true')
    return { sandbox }
  } catch (error) {
    // A version that does not know the backend takes it for a mistake.
    const reason = error instanceof TypeError ? `there is no backend ${backend}` : error.message
    return { absence: `not measured: ${reason}` }
  }
}

const PEER_PREFIX = 'BENCH_PEER_'

/**
 * Other programs that the environment names: `BENCH_PEER_NAME` is a command line of words between single spaces, in which `@root` and `@profile` stand for
 * the workspace and the profile in JSON. `/bin/true` is put behind it.
 */
export function peerScenarios({ root, profile }) {
  const values = new Map([
    ['@root', root],
    ['@profile', JSON.stringify(profile)],
  ])
  return Object.entries(process.env)
    .filter(([name]) => name.startsWith(PEER_PREFIX))
    .map(([name, line]) => ({
      name: name.slice(PEER_PREFIX.length).toLowerCase(),
      command: [...line.split(' ').map((word) => values.get(word) ?? word), '/bin/true'],
    }))
}
