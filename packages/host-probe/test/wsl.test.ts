import { expect, test } from 'vitest'
import { classifyWsl, describeWsl } from '../src/index.ts'
import { fakeFiles } from './fake-files.ts'

test.each([
  {
    version: 'Linux version 4.4.0-22621-Microsoft (Microsoft@Microsoft.com)',
    wsl: 'WSL1',
    why: 'no number, no standard',
  },
  { version: 'Linux version 5.15.0-microsoft-standard-WSL1', wsl: 'WSL1', why: 'the number decides' },
  { version: 'Linux version 4.4.0-Microsoft-wsl1', wsl: 'WSL1', why: 'in any case' },
  { version: 'Linux version 6.6.87.2-microsoft-standard-WSL2', wsl: 'WSL2', why: 'the usual WSL2' },
  { version: 'Linux version 6.6.0-custom-WSL2 (me@Microsoft)', wsl: 'WSL2', why: 'a kernel of the user' },
  {
    version: 'Linux version 4.19.104-microsoft-standard',
    wsl: 'WSL2',
    why: 'an early one, without the number',
  },
  {
    version: 'Linux version 9.0.0-microsoft-standard-WSL3',
    wsl: 'WSL2',
    why: 'a later one is not the first',
  },
  { version: 'Linux version 6.0.0-WSL10', wsl: 'WSL2', why: '10 is not 1' },
  { version: 'Linux version 6.6.0-WSL2 (WSL1 builder)', wsl: 'WSL2', why: 'the first number decides' },
  { version: 'Linux version 6.8.0-45-generic (buildd@lcy02)', wsl: 'none', why: 'no Windows at all' },
  { version: 'Linux version 6.8.0-wsl', wsl: 'none', why: 'a word without a number' },
  { version: '', wsl: 'none', why: 'nothing to read' },
])('"$version" is $wsl: $why', ({ version, wsl }) => {
  expect(classifyWsl(version)).toBe(wsl)
  expect(describeWsl(fakeFiles({ '/proc/version': version }))).toBe(wsl)
})
