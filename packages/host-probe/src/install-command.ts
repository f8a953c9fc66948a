import { nodeFiles, type HostFiles } from './host-files.js'

/** The command of each distribution that installs a package, by its `ID` in os-release(5). */
const COMMANDS: ReadonlyMap<string, string> = new Map([
  ...forAll('apt-get install', ['debian', 'ubuntu', 'linuxmint', 'raspbian']),
  ...forAll('dnf install', ['fedora', 'rhel', 'centos', 'rocky', 'almalinux', 'amzn']),
  ...forAll('pacman -S', ['arch', 'manjaro']),
  ...forAll('zypper install', ['suse', 'opensuse', 'sles']),
  ...forAll('apk add', ['alpine']),
  ...forAll('xbps-install', ['void']),
  ...forAll('emerge', ['gentoo']),
  ...forAll('nix-env -iA', ['nixos']),
])

function forAll(command: string, ids: readonly string[]): [string, string][] {
  return ids.map((id) => [id, command])
}

/** What somebody types as root to install `packageName` on this distribution; a sentence where that is not known. */
export function installCommand(packageName: string, files: HostFiles = nodeFiles): string {
  const text = files.text('/etc/os-release') ?? files.text('/usr/lib/os-release') ?? ''
  for (const id of [...words(text, 'ID'), ...words(text, 'ID_LIKE')]) {
    const command = COMMANDS.get(id)
    if (command !== undefined) return `${command} ${id === 'nixos' ? 'nixos.' : ''}${packageName}`
  }
  return `install the package ${packageName} with the package manager of this distribution`
}

function words(osRelease: string, key: string): string[] {
  const value = new RegExp(`^${key}=["']?([^"'\\n]*)`, 'm').exec(osRelease)?.[1] ?? ''
  return value.split(/\s+/).filter((word) => word !== '')
}
