import { nodeFiles, type HostFiles } from './host-files.js'

/** `WSL1` is a translation of system calls without namespaces; `WSL2` is a virtual machine with a Linux kernel. */
export type Wsl = 'none' | 'WSL1' | 'WSL2'

/**
 * What the text of `/proc/version` says. The first `wsl` with a number decides; without one, `microsoft` is WSL1 unless it is
 * `microsoft-standard`, the kernel of WSL2.
 */
export function classifyWsl(version: string): Wsl {
  const text = version.toLowerCase()
  const marked = /wsl(\d+)/.exec(text)?.[1]
  if (marked !== undefined) return Number(marked) === 1 ? 'WSL1' : 'WSL2'
  if (!text.includes('microsoft')) return 'none'
  return text.includes('microsoft-standard') ? 'WSL2' : 'WSL1'
}

/** Whether this host is a Windows Subsystem for Linux. Reads one file. */
export function describeWsl(files: HostFiles = nodeFiles): Wsl {
  return classifyWsl(files.text('/proc/version') ?? '')
}
