/** Names and texts of error numbers, of the Node that has built this. */
declare const SYSTEM_ERRORS: Readonly<Record<number, readonly [name: string, text: string]>>

/** What Node throws when a system call fails. */
export class SystemError extends Error {
  readonly errno: number
  readonly code: string
  readonly syscall: string
  readonly path?: string

  constructor(errno: number, syscall: string, path?: string) {
    const [name, text] = SYSTEM_ERRORS[errno] ?? [`UNKNOWN`, 'unknown error']
    super(`${name}: ${text}, ${syscall}${path === undefined ? '' : ` '${path}'`}`)
    this.errno = -errno
    this.code = name
    this.syscall = syscall
    if (path !== undefined) this.path = path
  }
}

/** @throws {SystemError} for an error number. */
export function check(errno: number, syscall: string, path?: string): void {
  if (errno !== 0) throw new SystemError(errno, syscall, path)
}

/**
 * What a call has given back that is no error number.
 *
 * @throws {SystemError} for an error number.
 */
export function checked<Value>(result: Value | number, syscall: string, path?: string): Value {
  if (typeof result === 'number') throw new SystemError(result, syscall, path)
  return result
}

/** @see util.getSystemErrorName of Node */
export function systemErrorName(errno: number): string {
  return SYSTEM_ERRORS[-errno]?.[0] ?? `Unknown system error ${errno}`
}
