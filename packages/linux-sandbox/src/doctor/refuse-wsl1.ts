import { WslUnsupportedError } from '@linux-sandbox/errors'
import { describeWsl } from '@linux-sandbox/host-probe'

/**
 * For what needs bwrap, before it is looked for. Landlock and policies that restrict nothing do not.
 *
 * @throws {WslUnsupportedError} on WSL1.
 */
export function refuseWsl1(): void {
  if (describeWsl() === 'WSL1') throw new WslUnsupportedError()
}
