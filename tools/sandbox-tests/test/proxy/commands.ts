import { readOnly, type PermissionProfile } from 'linux-sandbox'
import {
  runProgram,
  stagedNode,
  stagedWords,
  startProgram,
  userEnvironment,
  type ProgramEnd,
  type StartedProgram,
  type TestUser,
} from '../../support/index.ts'

const PRELUDE = `
const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const connect = (name) => {
  const { hostname: host, port } = new URL(process.env[name])
  const socket = net.connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true })
  socket.failure = new Promise((resolve) => socket.once('error', ({ code }) => resolve(code)))
  return socket
}
const whole = (socket) => new Promise((resolve, reject) => {
  const chunks = []
  socket.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve(String(Buffer.concat(chunks)))).on('error', reject)
})
const line = () => once(process.stdin, 'data')
`

/**
 * A command that runs `script` in Node. It has \`connect\`, to the proxy that a variable names, \`whole\`, which reads a connection to its end, and
 * \`line\`, which waits for input.
 */
export function nodeCommand(script: string): [string, ...string[]] {
  const program = `${PRELUDE}; (async () => { ${script} })().then(() => process.exit(), (error) => { console.log(String(error)); process.exit(1) })`
  return [stagedNode(), '-e', program]
}

export const READ_ONLY = readOnly()

export const WITH_NETWORK = readOnly({ network: 'enabled' })

/** Profiles that differ in everything that proxies must not depend on. */
export const PROFILES = [
  { title: 'a profile that reads everything', profile: READ_ONLY },
  { title: 'a profile with the network', profile: WITH_NETWORK },
  { title: 'no sandbox at all but for the proxies', profile: { type: 'disabled' } },
] as const satisfies readonly { title: string; profile: PermissionProfile }[]

export interface HelperRun {
  readonly command: readonly string[]
  /** What the helper has in its environment besides `userEnvironment`. */
  readonly env?: Readonly<Record<string, string>>
  readonly profile?: PermissionProfile
  /** Default: `--managed-network {}`. */
  readonly flags?: readonly string[]
  /** Words before the helper. */
  readonly prefix?: readonly string[]
  /** The words that start the helper, when it is called by another name. */
  readonly helper?: readonly string[]
}

/** Program and arguments that run the helper. */
export function helperWords({
  command,
  profile = READ_ONLY,
  flags = ['--managed-network', '{}'],
  prefix = [],
  helper = stagedWords('codex-linux-sandbox'),
}: HelperRun): [string, string[]] {
  const policy = ['--sandbox-policy-cwd', '/', '--permission-profile', JSON.stringify(profile)]
  const words = [...helper, ...policy, ...flags, '--', ...command]
  const [program = '', ...args] = [...prefix, ...words]
  return [program, args]
}

export async function runHelper(user: TestUser, run: HelperRun): Promise<ProgramEnd> {
  return await runProgram(user, ...helperWords(run), { env: environmentOf(run) })
}

export function startHelper(user: TestUser, run: HelperRun): StartedProgram {
  return startProgram(user, ...helperWords(run), { env: environmentOf(run) })
}

function environmentOf({ env }: HelperRun): NodeJS.ProcessEnv {
  return { ...userEnvironment(), ...env }
}

/** The URL of a proxy on the loopback of the host. */
export function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`
}

/** `NODE_OPTIONS` that make Node look like a runtime that cannot be given a listener, before the library is loaded. */
export const OTHER_RUNTIME = `--import=data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,bun:'1.0.0'}})`
