import { appendFileSync } from 'node:fs'
import { join } from 'node:path'

/** Names the backend of sandboxes for which a test names none, for the processes of the tests. */
export const BACKEND_VARIABLE = 'SANDBOX_TEST_BACKEND'

const BACKENDS = ['bwrap', 'native'] as const

type TestBackend = (typeof BACKENDS)[number]

/** What confines commands where a test does not say it. */
export const TEST_BACKEND = backendNamed(process.env[BACKEND_VARIABLE] ?? 'bwrap')

/** @throws {Error} when tests cannot be run with it. */
export function backendNamed(name: string): TestBackend {
  const found = BACKENDS.find((one) => one === name)
  if (found === undefined)
    throw new Error(`${BACKEND_VARIABLE} is one of ${BACKENDS.join(', ')}, not ${name}`)
  return found
}

/**
 * Makes `backend` what the staged library chooses by itself, so that whatever is staged, the programs as well, uses it. Only this copy
 * is changed: the library itself has no such switch.
 */
export function setDefaultBackend(stage: string, backend: TestBackend): void {
  for (const name of ['index.js', 'index.cjs']) {
    appendFileSync(join(stage, 'node_modules/linux-sandbox/dist', name), defaultBackendSource(backend))
  }
}

function defaultBackendSource(backend: TestBackend): string {
  return `
const createWithNamedBackend = Sandbox.create
Sandbox.create = function create(options) {
  const isNamed = typeof options !== 'object' || options === null || (options.backend ?? 'auto') !== 'auto'
  return createWithNamedBackend.call(Sandbox, isNamed ? options : { ...options, backend: '${backend}' })
}
`
}
