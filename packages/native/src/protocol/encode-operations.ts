import { BIND_FLAGS, NAMESPACES, OPERATION_TYPES, type NamespaceName } from './constants.js'
import { concatenate, encodeNumbers } from './fields.js'
import type { LaunchOperation } from './request.js'
import { encodeUtf8 } from './utf8.js'

const TRAVERSABLE_MODE = 0o111

/** The field `namespaces`. */
export function namespaceBits(names: readonly NamespaceName[]): number {
  return names.reduce((bits, name) => bits | NAMESPACES[name], 0)
}

/** The bytes of a field `operation`. */
export function encodeOperation(operation: LaunchOperation): Uint8Array {
  const type = operation.type === 'device' ? 'bind' : operation.type
  const texts = textsOf(operation)
  return concatenate(
    encodeNumbers(OPERATION_TYPES[type], flagsOf(operation)),
    encodeUtf8(texts.map((text) => `${text}\0`).join('')),
  )
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
function textsOf(operation: LaunchOperation): readonly string[] {
  switch (operation.type) {
    case 'root':
      return ['/']
    case 'dev':
    case 'proc':
      return [`/${operation.type}`]
    case 'bind':
    case 'device':
      return [operation.target, operation.source]
    case 'symlink':
      return [operation.target, operation.to]
    default:
      return [operation.target]
  }
}
