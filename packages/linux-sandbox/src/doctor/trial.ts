import { isSandboxError } from '@linux-sandbox/errors'
import { readOnly } from '@linux-sandbox/policy'
import { sharedHost } from '../host.js'
import { Sandbox } from '../sandbox.js'

/** What came of a command in a real sandbox. */
export type Trial =
  | { readonly kind: 'ran'; readonly proc: 'fresh' | 'host' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly hint: string }
  | { readonly kind: 'not-tried'; readonly reason: string }

/** Far longer than a launch takes on any machine. */
const TRIAL_MS = 20_000

/**
 * Runs the native program, which is there for certain and does nothing, in a sandbox that reads everything: what the kernel
 * answers counts, whatever its switches say.
 */
export async function trySandbox(): Promise<Trial> {
  try {
    const program = sharedHost().nativeProgram
    const sandbox = await Sandbox.create({ profile: readOnly(), policyCwd: '/' })
    const { exitCode, timedOut, enforced } = await sandbox.run(program, ['version'], {
      cwd: '/',
      env: {},
      timeoutMs: TRIAL_MS,
    })
    if (exitCode === 0) return { kind: 'ran', proc: enforced.proc }
    const message = timedOut
      ? `a command in a sandbox did not end within ${TRIAL_MS / 1000} seconds`
      : `a command that does nothing ended with ${exitCode ?? 'a signal'} in a sandbox`
    return { kind: 'failed', code: 'TRIAL_FAILED', message, hint: '' }
  } catch (error) {
    if (!isSandboxError(error)) throw error
    return { kind: 'failed', code: error.code, message: error.message, hint: error.hint ?? '' }
  }
}
