import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The clone that this file is part of. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** Where set-up keeps what it has done. It goes when `node_modules` goes, and so is never ahead of it. */
export const STATE_DIRECTORY = join(ROOT, 'node_modules/.cache/setup')
