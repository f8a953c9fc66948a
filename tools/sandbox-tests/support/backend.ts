import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
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
  const dist = join(stage, 'node_modules/linux-sandbox/dist')
  const files = readdirSync(dist).filter((name) => /\.c?js$/.test(name))
  const changed = files.filter((name) => {
    const path = join(dist, name)
    const before = readFileSync(path, 'utf8')
    const after = before.replace(
      CHOICE,
      `const backend = ($1.backend ?? "auto") === "auto" ? "${backend}" : $1.backend;$2`,
    )
    if (after !== before) writeFileSync(path, after)
    return after !== before
  })
  if (changed.length < FORMATS) throw new Error(`no choice of a backend in ${dist}: the build has changed`)
}

/** An ES module and a CommonJS one. */
const FORMATS = 2

/** In `chooseBackend`. */
const CHOICE =
  /const \{ backend = "auto" \} = ([\w.]+);(\s*if \(backend === "auto"\) return (?:\w+\.)?autoBackend)/
