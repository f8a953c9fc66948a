import type { Issue } from '@linux-sandbox/errors'
import { checkNumber, checkPlainPath, checkText, type Path } from './checks.js'
import { NAMESPACES, OPERATION_TYPES, OPERATIONS_MAX, type NamespaceName } from './constants.js'
import type { LaunchOperation, SuperviseRequest } from './request.js'
import { encodeUtf8 } from './utf8.js'

const MODE_MAX = 0o7777

/** What a link can hold. Source: PATH_MAX in linux/limits.h, with the NUL. */
const LINK_TEXT_MAX = 4095

/** Every reason why `supervise` would not launch natively what `request` asks for. */
export function checkLaunch(
  { operations = [], fallbackOperations, enter }: SuperviseRequest,
  namespaces: readonly NamespaceName[],
): Issue[] {
  return [
    ...namespaces.flatMap((name, index) =>
      Object.hasOwn(NAMESPACES, name) ? [] : [{ path: ['namespaces', index], message: 'is unknown' }],
    ),
    ...checkOperations(operations, ['operations']),
    ...(fallbackOperations === undefined ? [] : checkOperations(fallbackOperations, ['fallbackOperations'])),
    ...(namespaces.includes('pid') || enter.lifetime === 'subreaper'
      ? []
      : [{ path: ['enter', 'lifetime'], message: 'needs the namespace pid unless it is subreaper' }]),
  ]
}

function checkOperations(all: readonly LaunchOperation[], path: Path): Issue[] {
  const count = all.length
  if (count === 0 || count > OPERATIONS_MAX)
    return [{ path, message: `has ${count} operations, not 1 to ${OPERATIONS_MAX}` }]
  return all.flatMap((one, index) => [
    ...checkPlace(one, index === 0, [...path, index]),
    ...checkOperation(one, [...path, index]),
  ])
}

/** Only the first says what is at `/`, and it says nothing else. */
function checkPlace(operation: LaunchOperation, isFirst: boolean, path: Path): Issue[] {
  const { type } = operation
  const isBase =
    type === 'root' || ((type === 'mask-directory' || type === 'tmpfs') && operation.target === '/')
  if (isBase === isFirst) return []
  return [{ path, message: isFirst ? 'does not say what is at /' : 'is not the first and is about /' }]
}

function checkOperation(operation: LaunchOperation, path: Path): Issue[] {
  switch (operation.type) {
    case 'root':
    case 'dev':
    case 'proc':
      return []
    case 'bind':
    case 'device':
      return [
        ...checkPlainPath(operation.target, [...path, 'target']),
        ...checkPlainPath(operation.source, [...path, 'source']),
      ]
    case 'symlink':
      return [
        ...checkPlainPath(operation.target, [...path, 'target']),
        ...checkLinkText(operation.to, [...path, 'to']),
      ]
    case 'directory':
    case 'tmpfs':
      return [...checkTarget(operation, path), ...checkNumber(operation.mode, 0, [...path, 'mode'], MODE_MAX)]
    default:
      return Object.hasOwn(OPERATION_TYPES, operation.type)
        ? checkTarget(operation, path)
        : [{ path: [...path, 'type'], message: 'is unknown' }]
  }
}

/** `/` is right for those of which `checkPlace` tells where, and for a mount that becomes read-only. */
function checkTarget({ type, target }: LaunchOperation & { readonly target: string }, path: Path): Issue[] {
  const isRoot = target === '/' && type !== 'directory' && type !== 'mask-file'
  return isRoot ? [] : checkPlainPath(target, [...path, 'target'])
}

function checkLinkText(text: string, path: Path): Issue[] {
  const length = encodeUtf8(text).length
  if (length >= 1 && length <= LINK_TEXT_MAX) return checkText(text, path)
  return [{ path, message: `has ${length} bytes, not 1 to ${LINK_TEXT_MAX}` }]
}
