import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ARCHS } from '@linux-sandbox/build-standalone'

const NODE_ARCH = process.arch === 'arm64' ? 'arm64' : 'x64'

const PACKAGES = new URL('../../../packages/', import.meta.url)

/** The helper as it is published. */
export const PROGRAM = fileURLToPath(
  new URL(`standalone/dist/${ARCHS[NODE_ARCH]}/codex-linux-sandbox`, PACKAGES),
)

export const ON_NODE = fileURLToPath(new URL('standalone/bin/codex-linux-sandbox.mjs', PACKAGES))

/** It is not built where the tools for it are missing, and set-up says so. */
export const isBuilt = existsSync(PROGRAM)

export const READ_ONLY =
  '{"type":"managed","file_system":{"type":"restricted","entries":[{"path":{"type":"special","value":{"kind":"root"}},"access":"read"}]},"network":"restricted"}'

export function readOnlyWords(...words: readonly string[]): string[] {
  return ['--sandbox-policy-cwd', '/', '--permission-profile', READ_ONLY, '--', ...words]
}

/** Status and output of a program that is run by `/bin/sh` with `limits` and nothing in its environment but what is given. */
export function runLimited(
  limits: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = { PATH: '/usr/bin:/bin' },
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const script = `${limits}; exec "$@"`
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', script, 'sh', ...words], {
    encoding: 'utf8',
    env,
  })
  return { status, stdout, stderr }
}
