import { accessSync, constants, statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NativeMissingError, PlatformUnsupportedError } from '@linux-sandbox/errors'

/** The environment variable that overrides where the native program is: an absolute path. */
export const NATIVE_PROGRAM_VARIABLE = 'LINUX_SANDBOX_NATIVE'

/** Node's names of the processors that the program is built for, and the kernel's. */
const ARCHS: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }

/**
 * Absolute path of the native program for this machine: the value of `LINUX_SANDBOX_NATIVE` if that is set, else
 * the file inside this package.
 *
 * @throws {NativeMissingError} when there is no executable file; a wrong `LINUX_SANDBOX_NATIVE` is never skipped.
 * @throws {PlatformUnsupportedError} when nothing is built for this operating system or processor.
 */
export function nativeProgramPath(): string {
  const override = process.env[NATIVE_PROGRAM_VARIABLE]
  if (override !== undefined && override !== '') return checkOverride(override)
  const arch = ARCHS[process.arch]
  if (process.platform !== 'linux' || arch === undefined) {
    throw new PlatformUnsupportedError(process.platform, process.arch)
  }
  const path = fileURLToPath(new URL(`../bin/${arch}/linux-sandbox-native`, import.meta.url))
  const problem = problemWith(path)
  if (problem === undefined) return path
  throw new NativeMissingError(`${path} ${problem.phrase}`, {
    hint: 'in a checkout run `npm run build`; elsewhere install @linux-sandbox/native again',
    cause: problem.cause,
  })
}

function checkOverride(path: string): string {
  const problem = isAbsolute(path)
    ? problemWith(path)
    : { phrase: 'is not an absolute path', cause: undefined }
  if (problem === undefined) return path
  throw new NativeMissingError(
    `${NATIVE_PROGRAM_VARIABLE} is ${JSON.stringify(path)}, which ${problem.phrase}`,
    {
      hint: `unset ${NATIVE_PROGRAM_VARIABLE}, or set it to the absolute path of linux-sandbox-native`,
      cause: problem.cause,
    },
  )
}

function problemWith(path: string): { phrase: string; cause: unknown } | undefined {
  try {
    if (!statSync(path).isFile()) return { phrase: 'is not a file', cause: undefined }
    accessSync(path, constants.X_OK)
    return undefined
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    return { phrase: isMissing ? 'does not exist' : 'cannot be executed', cause }
  }
}
