import { join } from 'node:path'
import { describeOnHost } from '../../support/index.ts'
import { defineAttacks, type Attack } from '../attacks/table.ts'
import { LANDLOCK, plainProfile } from './workspace.ts'

const KINDS: readonly (readonly [family: string, type: string])[] = [
  ['inet', 'stream'],
  ['inet', 'dgram'],
  ['unix', 'stream'],
  ['unix', 'dgram'],
  ['unix', 'seqpacket'],
  ['netlink', 'raw'],
]

describeOnHost('sockets under Landlock', ['landlock', 'cc'], (user) => {
  const sockets = (gets: string) =>
    KINDS.map(([family, type]): Attack => ({
      act: `makes a socket ${family} ${type}`,
      attempt: () => ['socket', family, type, '0'],
      gets,
    }))
  const pairs: readonly Attack[] = [
    { act: 'makes a stream pair', attempt: () => ['socketpair', 'unix', 'stream'], gets: 'ok' },
    { act: 'makes a pair of packets', attempt: () => ['socketpair', 'unix', 'seqpacket'], gets: 'ok' },
  ]
  const restricted: readonly Attack[] = [
    ...sockets('EPERM'),
    ...pairs,
    { act: 'makes a datagram pair', attempt: () => ['socketpair', 'unix', 'dgram'], gets: 'EPERM' },
    { act: 'serves itself on 127.0.0.1', attempt: () => ['serve-itself', '127.0.0.1'], gets: 'EPERM' },
    {
      act: 'makes a socket file',
      attempt: ({ room }) => ['bind-unix', join(room, 'own.sock')],
      gets: 'EPERM',
    },
  ]
  const enabled: readonly Attack[] = [
    ...sockets('ok'),
    ...pairs,
    { act: 'serves itself on 127.0.0.1', attempt: () => ['serve-itself', '127.0.0.1'], gets: 'ok' },
    { act: 'makes a socket file', attempt: ({ room }) => ['bind-unix', join(room, 'own.sock')], gets: 'ok' },
    {
      act: 'makes a socket file outside',
      attempt: ({ outside }) => ['bind-unix', join(outside, 'own.sock')],
      gets: 'EACCES',
    },
  ]
  defineAttacks(user, restricted, { sandbox: LANDLOCK, profile: plainProfile })
  defineAttacks(user, enabled, {
    sandbox: LANDLOCK,
    profile: (scene) => plainProfile(scene, 'enabled'),
  })
})
