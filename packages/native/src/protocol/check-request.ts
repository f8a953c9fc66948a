import type { Issue } from '@linux-sandbox/errors'
import {
  EXPECTATIONS,
  LANDLOCK_RULES_MAX,
  LIFETIMES,
  MOUNTS_MAX,
  PLACEHOLDER_CONTENT_MAX,
  PLACEHOLDERS_MAX,
} from './constants.js'
import { checkLaunch, checkPair } from './check-operations.js'
import { checkListeners, checkRoutes } from './check-routes.js'
import {
  at,
  atEach,
  both,
  checkAbsolutePath,
  checkFilter,
  checkNumber,
  checkPlainPath,
  checkText,
  isLonger,
  issue,
  NONE,
} from './checks.js'
import type {
  EnterRequest,
  ExpectedMount,
  LandlockRule,
  LandlockRuleset,
  LimitValue,
  Placeholder,
  ResourceLimit,
  SuperviseRequest,
} from './request.js'
import { RESOURCES } from './resources.js'

/** RLIM_INFINITY. Source: include/uapi/asm-generic/resource.h in Linux 6.12. */
export const UNLIMITED = 0xffff_ffff_ffff_ffffn

const MASK_MAX = 0xffff_ffff_ffff_ffffn

/** Every reason why `supervise` would not take `request`, but for its size. */
export function checkSuperviseRequest(request: SuperviseRequest): Issue[] {
  const { setupTimeoutMs, enter, registry, placeholders = [], mounts = [] } = request
  return [
    checkStart(request),
    setupTimeoutMs === undefined ? NONE : at('setupTimeoutMs', checkNumber(setupTimeoutMs, 1)),
    at('enter', checkEnterRequest(enter)),
    registry === undefined ? NONE : at('registry', checkPlainPath(registry)),
    at('placeholders', checkPlaceholders(placeholders, registry)),
    at('mounts', checkMounts(mounts)),
    checkRoutes(request),
  ].flat()
}

function checkStart(request: SuperviseRequest): Issue[] {
  const { launcher, namespaces, mounts = [] } = request
  if (launcher !== undefined)
    return [
      checkLauncher(request, launcher),
      refuseNamed(request, OF_NAMESPACES, 'needs to have no launcher'),
    ].flat()
  return [
    namespaces === undefined ? checkDirect(request) : checkLaunch(request, namespaces),
    refuseNamed(request, OF_LAUNCHER, NEEDS_LAUNCHER),
    mounts.length > 0 ? at('mounts', issue(NEEDS_LAUNCHER)) : NONE,
  ].flat()
}

function checkLauncher(
  { launcherArgv = [], launcherDescriptor, fallbackArgv }: SuperviseRequest,
  launcher: string,
): Issue[] {
  return [
    at('launcher', checkAbsolutePath(launcher)),
    at('launcherArgv', checkWords(launcherArgv)),
    launcherDescriptor === undefined ? NONE : at('launcherDescriptor', checkNumber(launcherDescriptor, 0)),
    fallbackArgv === undefined ? NONE : at('fallbackArgv', checkWords(fallbackArgv)),
  ].flat()
}

/** What only a launcher makes sense of. */
const OF_LAUNCHER = ['launcherArgv', 'launcherDescriptor', 'fallbackArgv'] as const

/** What makes a launch native. */
const OF_NAMESPACES = ['namespaces', 'operations', 'fallbackOperations'] as const

const NEEDS_LAUNCHER = 'needs a launcher'

function refuseNamed(
  request: SuperviseRequest,
  names: readonly (keyof SuperviseRequest)[],
  message: string,
): Issue[] {
  return names.filter((name) => request[name] !== undefined).map((name) => ({ path: [name], message }))
}

function checkDirect(request: SuperviseRequest): Issue[] {
  const { placeholders = [], routes = [], enter } = request
  const needsLauncher = issue(NEEDS_LAUNCHER)
  return [
    refuseNamed(request, ['operations', 'fallbackOperations'], 'needs namespaces'),
    placeholders.length > 0 ? at('placeholders', needsLauncher) : NONE,
    routes.some(({ kind }) => kind !== 'descriptor') ? at('routes', needsLauncher) : NONE,
    enter.lifetime === 'subreaper'
      ? NONE
      : [{ path: ['enter', 'lifetime'], message: 'needs a launcher unless it is subreaper' }],
  ].flat()
}

/** Every reason why `enter` would not take `request`, but for its size. */
export function checkEnterRequest(request: EnterRequest): Issue[] {
  const { argv, env, cwd, filter, limits = [], lifetime, landlock, listeners = [] } = request
  return [
    at('argv', checkWords(argv)),
    at('env', checkVariables(env)),
    at('cwd', checkAbsolutePath(cwd)),
    filter === undefined ? NONE : at('filter', checkFilter(filter)),
    at('limits', atEach(limits, checkLimit)),
    lifetime === undefined || Object.hasOwn(LIFETIMES, lifetime) ? NONE : at('lifetime', issue('is unknown')),
    landlock === undefined ? NONE : at('landlock', checkLandlock(landlock)),
    at('listeners', checkListeners(listeners)),
  ].flat()
}

function checkWords(words: readonly string[]): readonly Issue[] {
  if (words.length === 0) return issue('is empty')
  // All together first, and apart: two halves of a pair must not meet.
  return checkText(words.join(' ')).length === 0 ? NONE : atEach(words, checkText)
}

function checkVariables(env: EnterRequest['env']): readonly Issue[] {
  return Object.keys(env).flatMap((name) => at(name, checkVariable(name, env[name] ?? '')))
}

function checkVariable(name: string, value: string): readonly Issue[] {
  if (name === '') return issue('is a variable with an empty name')
  if (name.includes('=')) return issue('is a variable with = in its name')
  return checkText(`${name}=${value}`)
}

function checkPlaceholders(all: readonly Placeholder[], registry: string | undefined): readonly Issue[] {
  if (all.length > PLACEHOLDERS_MAX) {
    return issue(`has ${all.length} paths, and ${PLACEHOLDERS_MAX} are the most`)
  }
  return [
    all.length > 0 && registry === undefined ? issue('needs a registry') : NONE,
    atEach(all, ({ path, content = '' }) =>
      both(at('path', checkPlainPath(path)), at('content', checkContent(content))),
    ),
  ].flat()
}

function checkMounts(all: readonly ExpectedMount[]): readonly Issue[] {
  if (all.length > MOUNTS_MAX) return issue(`has ${all.length} mounts, and ${MOUNTS_MAX} are the most`)
  return atEach(all, (mount) =>
    both(
      Object.hasOwn(EXPECTATIONS, mount.expectation) ? NONE : at('expectation', issue('is unknown')),
      'source' in mount ? checkPair(mount) : at('target', checkPlainPath(mount.target)),
    ),
  )
}

function checkContent(content: string): readonly Issue[] {
  const issues = checkText(content)
  if (issues.length > 0 || !isLonger(content, PLACEHOLDER_CONTENT_MAX)) return issues
  return issue(`has more than ${PLACEHOLDER_CONTENT_MAX} bytes`)
}

function checkLandlock(ruleset: LandlockRuleset): readonly Issue[] {
  const { handledAccessFs, handledAccessNet, scoped, rules } = ruleset
  const issues = Object.entries({ handledAccessFs, handledAccessNet, scoped }).flatMap(([name, mask]) =>
    isMask(mask) ? NONE : at(name, issue('is no mask of 64 bits')),
  )
  if (issues.length > 0) return issues
  if ((handledAccessFs | handledAccessNet | scoped) === 0n) return issue('handles nothing')
  if (rules.length > LANDLOCK_RULES_MAX) {
    return at('rules', issue(`has ${rules.length} rules, and ${LANDLOCK_RULES_MAX} are the most`))
  }
  return at(
    'rules',
    atEach(rules, (rule) => checkRule(rule, handledAccessFs)),
  )
}

function checkRule({ path, access }: LandlockRule, handled: bigint): readonly Issue[] {
  return [
    path === '/' ? NONE : at('path', checkPlainPath(path)),
    isMask(access) && access !== 0n && (access & ~handled) === 0n
      ? NONE
      : at('access', issue('has no right, or one that is not handled')),
  ].flat()
}

function isMask(value: bigint): boolean {
  return typeof value === 'bigint' && value >= 0n && value <= MASK_MAX
}

function checkLimit({ resource, soft, hard }: ResourceLimit): readonly Issue[] {
  const issues = [
    Object.hasOwn(RESOURCES, resource) ? NONE : at('resource', issue('is unknown')),
    at('soft', checkLimitValue(soft)),
    at('hard', checkLimitValue(hard)),
  ].flat()
  if (issues.length > 0 || hard === 'unlimited') return issues
  if (soft !== 'unlimited' && soft <= hard) return issues
  return at('soft', issue('is higher than the hard limit'))
}

function checkLimitValue(value: LimitValue): readonly Issue[] {
  if (value === 'unlimited') return NONE
  const isRight =
    typeof value === 'bigint' ? value >= 0n && value <= UNLIMITED : Number.isSafeInteger(value) && value >= 0
  return isRight ? NONE : issue('is neither a whole number from 0 up nor "unlimited"')
}
