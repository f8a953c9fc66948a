import { expect, test } from 'vitest'
import { installCommand } from '../src/index.ts'
import { fakeFiles } from './fake-files.ts'

test.each([
  { text: 'ID=debian\n', command: 'apt-get install bubblewrap' },
  { text: 'NAME="x"\nID="ubuntu"\nID_LIKE=debian\n', command: 'apt-get install bubblewrap' },
  { text: 'ID=pop\nID_LIKE="ubuntu debian"\n', command: 'apt-get install bubblewrap' },
  { text: 'ID=fedora\n', command: 'dnf install bubblewrap' },
  { text: 'ID=opensuse-leap\nID_LIKE="suse opensuse"\n', command: 'zypper install bubblewrap' },
  { text: 'ID=arch\n', command: 'pacman -S bubblewrap' },
  { text: 'ID=alpine\n', command: 'apk add bubblewrap' },
  { text: 'ID=nixos\n', command: 'nix-env -iA nixos.bubblewrap' },
  {
    text: 'ID=own\n',
    command: 'install the package bubblewrap with the package manager of this distribution',
  },
])('$text installs by $command', ({ text, command }) => {
  expect(installCommand('bubblewrap', fakeFiles({ '/etc/os-release': text }))).toBe(command)
})
