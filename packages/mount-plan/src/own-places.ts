import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { absolutePath, isInside, type AbsolutePath } from '@linux-sandbox/policy'
import type { Rule } from './rules.js'

const DEV = absolutePath('/dev')
const PROC = absolutePath('/proc')
const SHARED_MEMORY = absolutePath('/dev/shm')

/** The devices that a minimal `/dev` has. Source: bwrap(1), `--dev`. */
const MINIMAL_DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty']

/** What else a minimal `/dev` has. Source: as above. */
const MINIMAL_ENTRIES = ['core', 'fd', 'stdin', 'stdout', 'stderr', 'pts', 'ptmx', 'console', 'shm']

/** Whether `path` is in a place of which the sandbox has its own, so that rules for broader places do not reach it. */
export function isInOwnPlace(path: AbsolutePath): boolean {
  return isInside(path, DEV) || isInside(path, PROC)
}

/** Whether a minimal `/dev` has `path`, or has it in a directory or link of its own. */
export function isInMinimalDev(path: AbsolutePath): boolean {
  const name = path.slice(`${DEV}/`.length).split('/')[0] ?? ''
  return isInside(path, DEV) && [...MINIMAL_DEVICES, ...MINIMAL_ENTRIES, ''].includes(name)
}

/**
 * What has to be done for `rule`, which is about a place of which the sandbox has its own: `mount` it, or nothing, because what
 * the sandbox has there is what the rule says.
 *
 * @throws {PolicyUnsupportedError} when it is about what the host has there.
 */
export function ruleInOwnPlace(rule: Rule, devices: readonly AbsolutePath[]): 'mount' | 'settled' {
  const { path, access } = rule
  if (isInside(path, SHARED_MEMORY)) return 'mount'
  const isOwnDevice = isInside(path, DEV) && MINIMAL_DEVICES.includes(path.slice('/dev/'.length))
  const isGivenDevice = devices.some((device) => isInside(path, device))
  if (access === 'deny') {
    if (/^\/proc\/\d/.test(path)) throw hostsOwn(rule, 'the process is one of the host')
    return path === DEV || isInside(path, PROC) || isOwnDevice || isGivenDevice ? 'mount' : 'settled'
  }
  if (isOwnDevice || isGivenDevice) return 'settled'
  if (access === 'read' && (path === DEV || path === PROC)) return 'settled'
  throw hostsOwn(rule, `the sandbox has its own ${isInside(path, DEV) ? DEV : PROC}`)
}

function hostsOwn({ path, access }: Rule, reason: string): PolicyUnsupportedError {
  const hint = isInside(path, DEV)
    ? 'take the entry out of the policy, and give devices by the option "devices"'
    : 'take the entry out of the policy'
  return new PolicyUnsupportedError(`${access} on ${path}`, reason, { hint })
}
