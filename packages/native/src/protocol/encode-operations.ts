import { BIND_FLAGS, EXPECTS_NATIVE, NAMESPACES, OPERATION_TYPES, type NamespaceName } from './constants.js'
import type { Field } from './fields.js'
import type { LaunchOperation } from './request.js'

const TRAVERSABLE_MODE = 0o111

/** The field `namespaces`. */
export function namespaceBits(names: readonly NamespaceName[]): number {
  return names.reduce((bits, name) => bits | NAMESPACES[name], 0)
}

/**
 * What `supervise` is told of the request before it comes: that it will ask for a native launch with these namespaces, which are then made
 * meanwhile. 0 for `undefined`: nothing is known. A request that asks for something else is served all the same.
 */
export function expectation(namespaces: readonly NamespaceName[] | undefined): number {
  return namespaces === undefined ? 0 : EXPECTS_NATIVE | namespaceBits(namespaces)
}

/** A field `operation` or `fallback-operation`. */
export function operationField(tag: number, operation: LaunchOperation): Field {
  const type = operation.type === 'device' ? 'bind' : operation.type
  return { tag, numbers: [OPERATION_TYPES[type], flagsOf(operation)], text: textOf(operation) }
}

function flagsOf(operation: LaunchOperation): number {
  switch (operation.type) {
    case 'root':
      return accessFlag(operation.access) | (operation.devices ? BIND_FLAGS.devices : 0)
    case 'bind':
      return accessFlag(operation.access)
    case 'device':
      return BIND_FLAGS.write | BIND_FLAGS.devices
    case 'mask-directory':
      return operation.traversable ? TRAVERSABLE_MODE : 0
    case 'directory':
    case 'tmpfs':
      return operation.mode
    default:
      return 0
  }
}

function accessFlag(access: 'read' | 'write'): number {
  return access === 'write' ? BIND_FLAGS.write : 0
}

/** The target, and the source of what is bound or the text of a link. */
function textOf(operation: LaunchOperation): string {
  switch (operation.type) {
    case 'root':
      return '/\0'
    case 'dev':
    case 'proc':
      return `/${operation.type}\0`
    case 'bind':
    case 'device':
      return `${operation.target}\0${operation.source}\0`
    case 'symlink':
      return `${operation.target}\0${operation.to}\0`
    default:
      return `${operation.target}\0`
  }
}
