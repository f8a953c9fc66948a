import { type Issue, PolicyInvalidError } from '@linux-sandbox/errors'
import { EXPECTATIONS, LIFETIMES, REQUEST_KIND, REQUEST_SIZE_MAX, ROUTE_KINDS, TAG } from './constants.js'
import { concatenate, type Field, layOutRequest, numberField, stringField } from './fields.js'
import { IPV4_SIZE, parseAddress } from './ip-address.js'
import type {
  EnterRequest,
  ExpectedMount,
  LandlockRule,
  LandlockRuleset,
  LimitValue,
  Placeholder,
  ResourceLimit,
  Route,
  SuperviseRequest,
} from './request.js'
import { RESOURCES } from './resources.js'
import { checkEnterRequest, checkSuperviseRequest, UNLIMITED } from './check-request.js'
import { namespaceBits, operationField } from './encode-operations.js'

/**
 * The bytes that `linux-sandbox-native supervise` reads from its control socket.
 *
 * @throws {PolicyInvalidError} with every issue that was found.
 */
export function encodeSuperviseRequest(request: SuperviseRequest): Uint8Array {
  refuseIfAny('the supervise request', checkSuperviseRequest(request))
  const fields = [
    request.launcher === undefined ? [] : [stringField(TAG.launcher, request.launcher)],
    (request.launcherArgv ?? []).map((word) => stringField(TAG.launcherArg, word)),
    request.launcherDescriptor === undefined
      ? []
      : [numberField(TAG.launcherDescriptor, request.launcherDescriptor)],
    (request.fallbackArgv ?? []).map((word) => stringField(TAG.fallbackArg, word)),
    request.namespaces === undefined ? [] : [numberField(TAG.namespaces, namespaceBits(request.namespaces))],
    (request.operations ?? []).map((one) => operationField(TAG.operation, one)),
    (request.fallbackOperations ?? []).map((one) => operationField(TAG.fallbackOperation, one)),
    request.setupTimeoutMs === undefined ? [] : [numberField(TAG.setupTimeout, request.setupTimeoutMs)],
    numberField(TAG.reraise, request.reraise ? 1 : 0),
    request.registry === undefined ? [] : [stringField(TAG.registry, request.registry)],
    (request.placeholders ?? []).map(placeholderField),
    (request.mounts ?? []).map(mountField),
    (request.routes ?? []).map(routeField),
    request.preface === undefined ? [] : [{ tag: TAG.preface, bytes: request.preface }],
    request.relayFilter === undefined ? [] : [{ tag: TAG.relayFilter, bytes: request.relayFilter }],
    { tag: TAG.enterRequest, bytes: layOutRequest(REQUEST_KIND.enter, enterFields(request.enter)) },
  ].flat()
  return layOutChecked('the supervise request', REQUEST_KIND.supervise, fields)
}

/**
 * The bytes that `linux-sandbox-native enter` reads, for a launcher other than `supervise`.
 *
 * @throws {PolicyInvalidError} with every issue that was found.
 */
export function encodeEnterRequest(request: EnterRequest): Uint8Array {
  refuseIfAny('the enter request', checkEnterRequest(request))
  return layOutChecked('the enter request', REQUEST_KIND.enter, enterFields(request))
}

function enterFields(request: EnterRequest): Field[] {
  const { argv, env, cwd, filter, limits = [], lifetime, dropCapabilities, landlock } = request
  const { listeners = [] } = request
  return [
    argv.map((word) => stringField(TAG.arg, word)),
    Object.keys(env).map((name) => stringField(TAG.env, `${name}=${env[name] ?? ''}`)),
    stringField(TAG.cwd, cwd),
    filter === undefined ? [] : [{ tag: TAG.filter, bytes: filter }],
    limits.map(limitField),
    lifetime === undefined ? [] : [numberField(TAG.lifetime, LIFETIMES[lifetime])],
    dropCapabilities === undefined ? [] : [numberField(TAG.dropCapabilities, dropCapabilities ? 1 : 0)],
    landlock === undefined ? [] : [rulesetField(landlock), ...landlock.rules.map(ruleField)],
    listeners.map((port) => ({ tag: TAG.listener, numbers: [port, 0] })),
  ].flat()
}

function rulesetField({ handledAccessFs, handledAccessNet, scoped }: LandlockRuleset): Field {
  return { tag: TAG.landlock, bytes: encodeMasks([handledAccessFs, handledAccessNet, scoped]) }
}

function ruleField({ path, access }: LandlockRule): Field {
  return { tag: TAG.landlockRule, bytes: encodeMasks([access]), text: `${path}\0` }
}

function encodeMasks(masks: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(masks.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [index, mask] of masks.entries()) view.setBigUint64(index * 8, mask, true)
  return bytes
}

function placeholderField({ path, content }: Placeholder): Field {
  if (content === undefined) return stringField(TAG.placeholder, path)
  return { tag: TAG.placeholderFile, text: `${path}\0${content}` }
}

function mountField(mount: ExpectedMount): Field {
  const { expectation, target } = mount
  const text = 'source' in mount ? `${target}\0${mount.source}\0` : `${target}\0`
  return { tag: TAG.mount, numbers: [EXPECTATIONS[expectation], 0], text }
}

function routeField(route: Route): Field {
  const tag = TAG.route
  if (route.kind === 'unix') return { tag, numbers: [ROUTE_KINDS.unix, 0], text: `${route.path}\0` }
  if (route.kind === 'tcp') {
    const bytes = parseAddress(route.address) ?? new Uint8Array(0)
    const kind = bytes.length === IPV4_SIZE ? ROUTE_KINDS.tcp4 : ROUTE_KINDS.tcp6
    return { tag, numbers: [kind, route.port], bytes }
  }
  const { descriptor, offer, answer } = route
  const numbers = [ROUTE_KINDS.descriptor, descriptor, offer.length, answer.length]
  return { tag, numbers, bytes: concatenate(offer, answer) }
}

function limitField({ resource, soft, hard }: ResourceLimit): Field {
  const bytes = new Uint8Array(24)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, RESOURCES[resource], true)
  view.setBigUint64(8, limitNumber(soft), true)
  view.setBigUint64(16, limitNumber(hard), true)
  return { tag: TAG.limit, bytes }
}

function limitNumber(value: LimitValue): bigint {
  return value === 'unlimited' ? UNLIMITED : BigInt(value)
}

function layOutChecked(document: string, kind: number, fields: readonly Field[]): Uint8Array {
  const request = layOutRequest(kind, fields)
  const size = request.length
  if (size <= REQUEST_SIZE_MAX) return request
  const message = `takes ${size} bytes, and ${REQUEST_SIZE_MAX} is the most`
  throw new PolicyInvalidError(document, [{ path: [], message }])
}

function refuseIfAny(document: string, issues: readonly Issue[]): void {
  if (issues.length > 0) throw new PolicyInvalidError(document, issues)
}
