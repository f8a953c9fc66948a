import { expect, test } from 'vitest'
import { installCommand } from '../src/index.ts'

function on(osRelease: string | undefined): string {
  return installCommand('bubblewrap', {
    text: (path) => (path === '/etc/os-release' ? osRelease : undefined),
    names: () => [],
    identity: () => undefined,
    isDirectory: () => false,
  })
}

test.each([
  { osRelease: 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n', command: 'apt-get install bubblewrap' },
  { osRelease: 'ID=ubuntu\nID_LIKE=debian\n', command: 'apt-get install bubblewrap' },
  { osRelease: 'ID=pop\nID_LIKE="ubuntu debian"\n', command: 'apt-get install bubblewrap' },
  { osRelease: 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', command: 'dnf install bubblewrap' },
  { osRelease: "ID='arch'\n", command: 'pacman -S bubblewrap' },
  { osRelease: 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', command: 'zypper install bubblewrap' },
  { osRelease: 'ID=alpine\n', command: 'apk add bubblewrap' },
])('with $osRelease it is $command', ({ osRelease, command }) => {
  expect(on(osRelease)).toBe(command)
})

test.each(['ID=something-new\n', '', undefined])('with %j it names the package', (osRelease) => {
  expect(on(osRelease)).toContain('the package bubblewrap')
})
