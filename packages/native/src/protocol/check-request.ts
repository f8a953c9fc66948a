import type { Issue } from '@linux-sandbox/errors'
import {
  EXPECTATIONS,
  LANDLOCK_RULES_MAX,
  LIFETIMES,
  MOUNTS_MAX,
  PLACEHOLDER_CONTENT_MAX,
  PLACEHOLDERS_MAX,
} from './constants.js'
import { checkLaunch } from './check-operations.js'
import { checkListeners, checkRoutes } from './check-routes.js'
import {
  checkAbsolutePath,
  checkFilter,
  checkNumber,
  checkPlainPath,
  checkText,
  type Path,
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
import { encodeUtf8 } from './utf8.js'

/** RLIM_INFINITY. Source: include/uapi/asm-generic/resource.h in Linux 6.12. */
export const UNLIMITED = 0xffff_ffff_ffff_ffffn

const MASK_MAX = 0xffff_ffff_ffff_ffffn

/** Every reason why `supervise` would not take `request`, but for its size. */
export function checkSuperviseRequest(request: SuperviseRequest): Issue[] {
  const { setupTimeoutMs, enter, registry, placeholders = [], mounts = [] } = request
  return [
    ...checkStart(request),
    ...(setupTimeoutMs === undefined ? [] : checkNumber(setupTimeoutMs, 1, ['setupTimeoutMs'])),
    ...checkEnterRequest(enter, ['enter']),
    ...(registry === undefined ? [] : checkPlainPath(registry, ['registry'])),
    ...checkPlaceholders(placeholders, registry),
    ...checkMounts(mounts),
    ...checkRoutes(request),
  ]
}

function checkStart(request: SuperviseRequest): Issue[] {
  const { launcher, namespaces, mounts = [] } = request
  if (launcher !== undefined)
    return [
      ...checkLauncher(request, launcher),
      ...refuseNamed(request, OF_NAMESPACES, 'needs to have no launcher'),
    ]
  return [
    ...(namespaces === undefined ? checkDirect(request) : checkLaunch(request, namespaces)),
    ...refuseNamed(request, OF_LAUNCHER, NEEDS_LAUNCHER),
    ...(mounts.length > 0 ? [{ path: ['mounts'], message: NEEDS_LAUNCHER }] : []),
  ]
}

function checkLauncher(
  { launcherArgv = [], launcherDescriptor, fallbackArgv }: SuperviseRequest,
  launcher: string,
): Issue[] {
  return [
    ...checkAbsolutePath(launcher, ['launcher']),
    ...checkWords(launcherArgv, ['launcherArgv']),
    ...(launcherDescriptor === undefined ? [] : checkNumber(launcherDescriptor, 0, ['launcherDescriptor'])),
    ...(fallbackArgv === undefined ? [] : checkWords(fallbackArgv, ['fallbackArgv'])),
  ]
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
  const message = NEEDS_LAUNCHER
  return [
    ...refuseNamed(request, ['operations', 'fallbackOperations'], 'needs namespaces'),
    ...(placeholders.length > 0 ? [{ path: ['placeholders'], message }] : []),
    ...(routes.some(({ kind }) => kind !== 'descriptor') ? [{ path: ['routes'], message }] : []),
    ...(enter.lifetime === 'subreaper'
      ? []
      : [{ path: ['enter', 'lifetime'], message: 'needs a launcher unless it is subreaper' }]),
  ]
}

/** Every reason why `enter` would not take `request`, but for its size. */
export function checkEnterRequest(request: EnterRequest, path: Path): Issue[] {
  const { argv, env, cwd, filter, limits = [], lifetime, landlock, listeners = [] } = request
  return [
    ...checkWords(argv, [...path, 'argv']),
    ...Object.entries(env).flatMap(([name, value]) => checkVariable(name, value, [...path, 'env', name])),
    ...checkAbsolutePath(cwd, [...path, 'cwd']),
    ...(filter === undefined ? [] : checkFilter(filter, [...path, 'filter'])),
    ...limits.flatMap((limit, index) => checkLimit(limit, [...path, 'limits', index])),
    ...(lifetime === undefined || Object.hasOwn(LIFETIMES, lifetime)
      ? []
      : [{ path: [...path, 'lifetime'], message: 'is unknown' }]),
    ...(landlock === undefined ? [] : checkLandlock(landlock, [...path, 'landlock'])),
    ...checkListeners(listeners, [...path, 'listeners']),
  ]
}

function checkWords(words: readonly string[], path: Path): Issue[] {
  if (words.length === 0) return [{ path, message: 'is empty' }]
  return words.flatMap((word, index) => checkText(word, [...path, index]))
}

function checkVariable(name: string, value: string, path: Path): Issue[] {
  if (name === '') return [{ path, message: 'is a variable with an empty name' }]
  if (name.includes('=')) return [{ path, message: 'is a variable with = in its name' }]
  return checkText(`${name}=${value}`, path)
}

function checkPlaceholders(all: readonly Placeholder[], registry: string | undefined): Issue[] {
  const path = ['placeholders']
  if (all.length > PLACEHOLDERS_MAX)
    return [{ path, message: `has ${all.length} paths, and ${PLACEHOLDERS_MAX} are the most` }]
  return [
    ...(all.length > 0 && registry === undefined ? [{ path, message: 'needs a registry' }] : []),
    ...all.flatMap((one, index) => [
      ...checkPlainPath(one.path, [...path, index, 'path']),
      ...checkContent(one.content ?? '', [...path, index, 'content']),
    ]),
  ]
}

function checkMounts(all: readonly ExpectedMount[]): Issue[] {
  const path = ['mounts']
  if (all.length > MOUNTS_MAX)
    return [{ path, message: `has ${all.length} mounts, and ${MOUNTS_MAX} are the most` }]
  return all.flatMap((mount, index) => [
    ...(Object.hasOwn(EXPECTATIONS, mount.expectation)
      ? []
      : [{ path: [...path, index, 'expectation'], message: 'is unknown' }]),
    ...checkPlainPath(mount.target, [...path, index, 'target']),
    ...('source' in mount ? checkPlainPath(mount.source, [...path, index, 'source']) : []),
  ])
}

function checkContent(content: string, path: Path): Issue[] {
  const issues = checkText(content, path)
  if (issues.length > 0 || encodeUtf8(content).length <= PLACEHOLDER_CONTENT_MAX) return issues
  return [{ path, message: `has more than ${PLACEHOLDER_CONTENT_MAX} bytes` }]
}

function checkLandlock(ruleset: LandlockRuleset, path: Path): Issue[] {
  const { handledAccessFs, handledAccessNet, scoped, rules } = ruleset
  const issues = Object.entries({ handledAccessFs, handledAccessNet, scoped })
    .filter(([, mask]) => !isMask(mask))
    .map(([name]) => ({ path: [...path, name], message: 'is no mask of 64 bits' }))
  if (issues.length > 0) return issues
  if ((handledAccessFs | handledAccessNet | scoped) === 0n) return [{ path, message: 'handles nothing' }]
  if (rules.length > LANDLOCK_RULES_MAX) {
    const message = `has ${rules.length} rules, and ${LANDLOCK_RULES_MAX} are the most`
    return [{ path: [...path, 'rules'], message }]
  }
  return rules.flatMap((rule, index) => checkRule(rule, handledAccessFs, [...path, 'rules', index]))
}

function checkRule({ path: text, access }: LandlockRule, handled: bigint, path: Path): Issue[] {
  return [
    ...(text === '/' ? [] : checkPlainPath(text, [...path, 'path'])),
    ...(isMask(access) && access !== 0n && (access & ~handled) === 0n
      ? []
      : [{ path: [...path, 'access'], message: 'has no right, or one that is not handled' }]),
  ]
}

function isMask(value: bigint): boolean {
  return typeof value === 'bigint' && value >= 0n && value <= MASK_MAX
}

function checkLimit({ resource, soft, hard }: ResourceLimit, path: Path): Issue[] {
  const issues = [
    ...(Object.hasOwn(RESOURCES, resource) ? [] : [{ path: [...path, 'resource'], message: 'is unknown' }]),
    ...checkLimitValue(soft, [...path, 'soft']),
    ...checkLimitValue(hard, [...path, 'hard']),
  ]
  if (issues.length > 0 || hard === 'unlimited') return issues
  if (soft !== 'unlimited' && soft <= hard) return issues
  return [{ path: [...path, 'soft'], message: 'is higher than the hard limit' }]
}

function checkLimitValue(value: LimitValue, path: Path): Issue[] {
  if (value === 'unlimited') return []
  const isRight =
    typeof value === 'bigint' ? value >= 0n && value <= UNLIMITED : Number.isSafeInteger(value) && value >= 0
  return isRight ? [] : [{ path, message: 'is neither a whole number from 0 up nor "unlimited"' }]
}
