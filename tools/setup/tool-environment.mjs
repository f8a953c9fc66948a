import { delimiter, dirname, join } from 'node:path'
import { ROOT } from './repository.mjs'

/**
 * The environment for the tools in node_modules: turbo finds pnpm on PATH, everything runs on the Node that
 * runs this, and nothing reports home.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function toolEnvironment() {
  const path = [join(ROOT, 'node_modules/.bin'), dirname(process.execPath), process.env['PATH']]
  return {
    ...process.env,
    PATH: path.join(delimiter),
    DO_NOT_TRACK: '1',
    TURBO_TELEMETRY_DISABLED: '1',
  }
}
