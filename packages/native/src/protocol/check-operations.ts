import type { Issue } from '@linux-sandbox/errors'
import { at, atEach, both, checkNumber, checkPlainPath, checkText, isLonger, issue, NONE } from './checks.js'
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
    at(
      'namespaces',
      atEach(namespaces, (name) => (Object.hasOwn(NAMESPACES, name) ? NONE : issue('is unknown'))),
    ),
    at('operations', checkOperations(operations)),
    fallbackOperations === undefined
      ? NONE
      : at('fallbackOperations', checkOperations(fallbackOperations, operations)),
    namespaces.includes('pid') || enter.lifetime === 'subreaper'
      ? NONE
      : [{ path: ['enter', 'lifetime'], message: 'needs the namespace pid unless it is subreaper' }],
  ].flat()
}

/** `checked` are those that something was said about already. A fallback mostly has the same ones. */
function checkOperations(
  all: readonly LaunchOperation[],
  checked: readonly LaunchOperation[] = [],
): readonly Issue[] {
  const count = all.length
  if (count === 0 || count > OPERATIONS_MAX) {
    return issue(`has ${count} operations, not 1 to ${OPERATIONS_MAX}`)
  }
  const known = new Set(checked)
  return atEach(all, (one, index) => {
    const ofPlace = checkPlace(one, index === 0)
    return known.has(one) ? ofPlace : both(ofPlace, checkOperation(one))
  })
}

/** Only the first says what is at `/`, and it says nothing else. */
function checkPlace(operation: LaunchOperation, isFirst: boolean): readonly Issue[] {
  const { type } = operation
  const isBase =
    type === 'root' || ((type === 'mask-directory' || type === 'tmpfs') && operation.target === '/')
  if (isBase === isFirst) return NONE
  return issue(isFirst ? 'does not say what is at /' : 'is not the first and is about /')
}

function checkOperation(operation: LaunchOperation): readonly Issue[] {
  switch (operation.type) {
    case 'root':
    case 'dev':
    case 'proc':
      return NONE
    case 'bind':
    case 'device':
      return checkPair(operation)
    case 'symlink':
      return both(at('target', checkPlainPath(operation.target)), at('to', checkLinkText(operation.to)))
    case 'directory':
    case 'tmpfs':
      return both(checkTarget(operation), at('mode', checkNumber(operation.mode, 0, MODE_MAX)))
    default:
      return Object.hasOwn(OPERATION_TYPES, operation.type)
        ? checkTarget(operation)
        : at('type', issue('is unknown'))
  }
}

/** Most are mounted where they are. */
export function checkPair({
  target,
  source,
}: {
  readonly target: string
  readonly source: string
}): readonly Issue[] {
  const issues = checkPlainPath(target)
  if (source === target && issues.length === 0) return NONE
  return both(at('target', issues), at('source', checkPlainPath(source)))
}

/** `/` is right for those of which `checkPlace` tells where, and for a mount that becomes read-only. */
function checkTarget({ type, target }: LaunchOperation & { readonly target: string }): readonly Issue[] {
  const isRoot = target === '/' && type !== 'directory' && type !== 'mask-file'
  return isRoot ? NONE : at('target', checkPlainPath(target))
}

function checkLinkText(text: string): readonly Issue[] {
  if (text !== '' && !isLonger(text, LINK_TEXT_MAX)) return checkText(text)
  return issue(`has ${encodeUtf8(text).length} bytes, not 1 to ${LINK_TEXT_MAX}`)
}
