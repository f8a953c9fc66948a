import { afterAll, describe, expect, test } from 'vitest'
import { encodeEnterRequest } from '../../src/index.js'
import { OPERATIONS_MAX, TAG } from '../../src/protocol/constants.js'
import { layOutRequest, numberField, stringField, type Field } from '../../src/protocol/fields.js'
import { enterRequest } from '../samples.js'
import { openWorkshop, reasonToSkipNative } from './host.js'
import { bytes, REFUSED, send } from './sent-requests.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

const operation =
  (tag: number) =>
  (type: number, flags: number, text: string): Field => ({
    tag,
    bytes: Uint8Array.from([...new Uint8Array(Uint32Array.of(type, flags).buffer), ...bytes(text)]),
  })
const OPERATION = operation(TAG.operation)
const FALLBACK = operation(TAG.fallbackOperation)

/** The command is not found, so that a request that can be read starts nothing. */
const ENTER: Field = {
  tag: TAG.enterRequest,
  bytes: encodeEnterRequest(enterRequest({ argv: ['/no/such/command'], dropCapabilities: true })),
}
const COMMON = [ENTER, numberField(TAG.reraise, 0)]
const PID = numberField(TAG.namespaces, 1)
const ROOT = OPERATION(1, 0, '/\0')
const RIGHT = [...COMMON, PID, ROOT]
const LAUNCHER = [stringField(TAG.launcher, '/bin/true'), stringField(TAG.launcherArg, 'true')]

describe('a malformed request for a native launch is refused', () => {
  test.skipIf(reasonToSkipNative()).each([
    { what: 'the same, unharmed', fields: RIGHT },
    { what: 'with a fallback', fields: [...RIGHT, FALLBACK(5, 0o111, '/\0')] },
    {
      what: 'with more operations',
      fields: [...RIGHT, OPERATION(2, 0, '/dev\0'), OPERATION(3, 0, '/proc\0')],
    },
  ])('and $what, is not', async ({ fields }) => {
    const { reports } = await send(workshop.program, layOutRequest(1, fields))
    expect(reports).toMatchObject([{ kind: 'failed', step: 'exec', errno: 2 }])
  })

  test.each([
    { why: 'operations without namespaces', fields: [...COMMON, ROOT] },
    { why: 'a fallback without namespaces', fields: [...COMMON, FALLBACK(1, 0, '/\0')] },
    { why: 'namespaces without operations', fields: [...COMMON, PID] },
    { why: 'namespaces twice', fields: [...RIGHT, PID] },
    { why: 'an unknown namespace', fields: [...COMMON, numberField(TAG.namespaces, 32), ROOT] },
    { why: 'a launcher too', fields: [...RIGHT, ...LAUNCHER] },
    { why: 'a launcher without words', fields: [...RIGHT, LAUNCHER[0]!] },
    { why: 'words of a launcher', fields: [...RIGHT, LAUNCHER[1]!] },
    { why: 'words of a fallback', fields: [...RIGHT, stringField(TAG.fallbackArg, 'a')] },
    { why: 'the descriptor of a launcher', fields: [...RIGHT, numberField(TAG.launcherDescriptor, 9)] },
    {
      why: 'a mount to verify',
      fields: [
        ...RIGHT,
        { tag: TAG.mount, bytes: Uint8Array.from([3, 0, 0, 0, 0, 0, 0, 0, ...bytes('/a\0')]) },
      ],
    },
    { why: 'a placeholder without a registry', fields: [...RIGHT, stringField(TAG.placeholder, '/a')] },
    { why: 'no root first', fields: [...COMMON, PID, OPERATION(2, 0, '/dev\0')] },
    { why: 'a mask elsewhere first', fields: [...COMMON, PID, OPERATION(5, 0, '/a\0')] },
    { why: 'a fallback without a root', fields: [...RIGHT, FALLBACK(2, 0, '/dev\0')] },
    {
      why: 'too many',
      fields: [...RIGHT, ...Array.from({ length: OPERATIONS_MAX }, () => OPERATION(3, 0, '/proc\0'))],
    },
    ...[
      { why: 'a second root', one: OPERATION(1, 0, '/\0') },
      { why: 'type 0', one: OPERATION(0, 0, '/a\0') },
      { why: 'type 11', one: OPERATION(11, 0, '/a\0') },
      { why: 'a header alone', one: OPERATION(6, 0, '') },
      { why: 'half a header', one: { tag: TAG.operation, bytes: Uint8Array.of(6, 0, 0, 0) } },
      { why: 'a target without NUL', one: OPERATION(6, 0, '/a') },
      { why: 'a relative target', one: OPERATION(6, 0, 'a\0') },
      { why: 'a target with ..', one: OPERATION(6, 0, '/a/..\0') },
      { why: 'an empty component', one: OPERATION(6, 0, '/a//b\0') },
      { why: 'a long target', one: OPERATION(6, 0, `/${'a'.repeat(4095)}\0`) },
      { why: 'a text too many', one: OPERATION(6, 0, '/a\0/b\0') },
      { why: 'flags of a mask', one: OPERATION(6, 1, '/a\0') },
      { why: 'a mode of a mask', one: OPERATION(5, 0o755, '/a\0') },
      { why: 'a mask over the root', one: OPERATION(5, 0, '/\0') },
      { why: 'memory over the root', one: OPERATION(9, 0, '/\0') },
      { why: 'a mode beyond 07777', one: OPERATION(9, 0o10000, '/a\0') },
      { why: 'another /dev', one: OPERATION(2, 0, '/a\0') },
      { why: 'another /proc', one: OPERATION(3, 0, '/a\0') },
      { why: 'a bind without a source', one: OPERATION(4, 0, '/a\0') },
      { why: 'a bind of the root', one: OPERATION(4, 0, '/a\0/\0') },
      { why: 'a bind over the root', one: OPERATION(4, 0, '/\0/a\0') },
      { why: 'unknown flags of a bind', one: OPERATION(4, 4, '/a\0/b\0') },
      { why: 'a source without NUL', one: OPERATION(4, 0, '/a\0/b') },
      { why: 'a third text', one: OPERATION(4, 0, '/a\0/b\0/c\0') },
      { why: 'an empty link', one: OPERATION(8, 0, '/a\0\0') },
      { why: 'a link without text', one: OPERATION(8, 0, '/a\0') },
      { why: 'a long link', one: OPERATION(8, 0, `/a\0${'a'.repeat(4096)}\0`) },
    ].map(({ why, one }) => ({ why, fields: [...RIGHT, one] })),
  ])('$why', async ({ fields }) => {
    expect(await send(workshop.program, layOutRequest(1, fields))).toEqual(REFUSED)
  })
})
