import { fileURLToPath } from 'node:url'

/** Of the repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

export const PACKAGE = `${ROOT}packages/standalone/`
