import { join } from 'node:path'
import { stageDirectory } from './scenario.ts'

/** Folders are called as the kernel calls processors. */
const ARCHS: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }

/** The helper as one static file, for every user. It is there where it could be built. */
export function stagedStandalone(): string {
  const folder = join(stageDirectory(), 'node_modules/@linux-sandbox/standalone/dist')
  return join(folder, ARCHS[process.arch] ?? process.arch, 'codex-linux-sandbox')
}
