import { expect, test } from 'vitest'
import { checkPlatform } from '../platform.mjs'
import { SetupError } from '../setup-error.mjs'

test.each([{ nodeVersion: '20.19.0' }, { nodeVersion: '20.20.2' }, { nodeVersion: '26.10.0' }])(
  'Node $nodeVersion on Linux will do',
  ({ nodeVersion }) => {
    expect(() => checkPlatform({ platform: 'linux', nodeVersion })).not.toThrow()
  },
)

test.each([
  {
    platform: 'linux',
    nodeVersion: '20.18.3',
    says: /^Node 20\.18\.3 is too old; install Node 20\.19 or newer/,
  },
  {
    platform: 'linux',
    nodeVersion: '18.20.8',
    says: /^Node 18\.20\.8 is too old; install Node 20\.19 or newer/,
  },
  {
    platform: 'darwin',
    nodeVersion: '20.20.2',
    says: /^this is darwin, the sandbox is made of Linux; use a/,
  },
])('Node $nodeVersion on $platform is refused in one line', ({ says, ...host }) => {
  const check = () => checkPlatform(host)
  expect(check).toThrow(SetupError)
  expect(check).toThrow(says)
})
