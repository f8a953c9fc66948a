/**
 * What happens to a call: it runs (`allow`), it fails with an error number without running (`errno`), or its process
 * is killed by SIGSYS (`kill`).
 */
export type Action =
  { readonly type: 'allow' } | { readonly type: 'errno'; readonly errno: number } | { readonly type: 'kill' }

/** Source: linux/seccomp.h in Linux 6.1. */
const SECCOMP_RET = { killProcess: 0x80000000, errno: 0x00050000, allow: 0x7fff0000 } as const

/** Largest error number the kernel gives back. Source: MAX_ERRNO in linux/err.h of Linux 6.1. */
const MAX_ERRNO = 4095

/** The same on both architectures. Source: asm-generic/errno-base.h and errno.h in Linux 6.1. */
export const ERRNO = { EPERM: 1, ENOSYS: 38 } as const

export const ALLOW: Action = { type: 'allow' }
export const KILL: Action = { type: 'kill' }

/** Fails with `errno`. */
export function failWith(errno: number): Action {
  return { type: 'errno', errno }
}

/** @throws {TypeError} for an error number that the kernel would not give back, or what is no action. */
export function checkAction(action: Action): void {
  switch (action.type) {
    case 'allow':
    case 'kill':
      return
    case 'errno': {
      const { errno } = action
      if (Number.isInteger(errno) && errno >= 1 && errno <= MAX_ERRNO) return
      throw new TypeError(`${errno} is not an error number (1 to ${MAX_ERRNO})`)
    }
    default:
      throw new TypeError(`unknown action ${JSON.stringify(action satisfies never)}`)
  }
}

/** What a BPF program returns for `action`. */
export function returnValueOf(action: Action): number {
  switch (action.type) {
    case 'allow':
      return SECCOMP_RET.allow
    case 'kill':
      return SECCOMP_RET.killProcess
    case 'errno':
      return SECCOMP_RET.errno + action.errno
  }
}

/** The action that a program's return value means. @throws {TypeError} for a value that no action has. */
export function actionOf(returnValue: number): Action {
  if (returnValue === SECCOMP_RET.allow) return ALLOW
  if (returnValue === SECCOMP_RET.killProcess) return KILL
  if (returnValue > SECCOMP_RET.errno && returnValue <= SECCOMP_RET.errno + MAX_ERRNO) {
    return failWith(returnValue - SECCOMP_RET.errno)
  }
  throw new TypeError(`0x${returnValue.toString(16)} is not the return value of an action`)
}
