import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { encodeEnterRequest, PROTOCOL_VERSION } from '../../src/index.js'
import { TAG } from '../../src/protocol/constants.js'
import { layOutRequest, numberField, stringField, type Field } from '../../src/protocol/fields.js'
import { enterRequest } from '../samples.js'
import { openWorkshop } from './host.js'
import { bytes, HARMLESS, REFUSED, send, withWord } from './sent-requests.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

const ENTER: Field = { tag: TAG.enterRequest, bytes: encodeEnterRequest(enterRequest()) }
const FIELDS = [
  stringField(TAG.launcher, '/bin/true'),
  stringField(TAG.launcherArg, 'true'),
  ENTER,
  numberField(TAG.reraise, 0),
]
const DIRECT = FIELDS.slice(2)
const DESCRIPTOR = numberField(TAG.launcherDescriptor, 9)
const TIMEOUT = (limit: number): Field => numberField(TAG.setupTimeout, limit)
const PLACE = (path: string): Field => stringField(TAG.placeholder, path)
const PLACE_FILE = (text: string): Field => ({ tag: TAG.placeholderFile, bytes: bytes(text) })
const MOUNT = (expectation: number, text: string, flags = 0): Field => ({
  tag: TAG.mount,
  bytes: Uint8Array.from([expectation, 0, 0, 0, flags, 0, 0, 0, ...bytes(text)]),
})
/** TCP, port 1, 127.0.0.1. Without a launcher it is refused before the listener is missed. */
const ENDPOINT: Field = { tag: TAG.route, bytes: Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, 127, 0, 0, 1) }
const REGISTRY = stringField(TAG.registry, join(workshop.directory, 'registry'))

describe('a malformed supervise request is refused', () => {
  test('and the same request, unharmed, is not', async () => {
    expect((await send(workshop.program, HARMLESS)).reports).toMatchObject([{ step: 'launcher' }])
    expect((await send(workshop.program, layOutRequest(1, FIELDS))).reports).toMatchObject([
      { step: 'launcher' },
    ])
    const mounts = [
      MOUNT(1, '/a\0/b\0'),
      MOUNT(2, '/a\0/b\0'),
      ...[3, 4, 5].map((kind) => MOUNT(kind, '/a\0')),
    ]
    expect((await send(workshop.program, layOutRequest(1, [...FIELDS, ...mounts]))).reports).toMatchObject([
      { step: 'launcher' },
    ])
  })

  test.each([
    { why: 'nothing at all', request: new Uint8Array(0) },
    { why: 'half a header', request: HARMLESS.subarray(0, 9) },
    { why: 'a header alone', request: HARMLESS.subarray(0, 16) },
    { why: 'one byte too few', request: HARMLESS.subarray(0, HARMLESS.length - 1) },
    { why: 'a wrong magic', request: withWord(HARMLESS, 0, 0) },
    { why: 'a later version', request: withWord(HARMLESS, 4, PROTOCOL_VERSION + 1) },
    { why: 'the kind of an enter request', request: withWord(HARMLESS, 8, 2) },
    { why: 'a length below the header', request: withWord(HARMLESS, 12, 15) },
    { why: 'a length of the header alone', request: withWord(HARMLESS, 12, 16) },
    { why: 'a length above 16 MiB', request: withWord(HARMLESS, 12, 16 * 1024 * 1024 + 1) },
    { why: 'the longest length', request: withWord(HARMLESS, 12, 0xffff_ffff) },
    { why: 'a field length that wraps', request: withWord(HARMLESS, 20, 0xffff_fff9) },
    { why: 'no field', request: layOutRequest(1, []) },
    { why: 'no launcher', request: layOutRequest(1, FIELDS.slice(1)) },
    { why: 'no launcher word', request: layOutRequest(1, FIELDS.toSpliced(1, 1)) },
    { why: 'no enter request', request: layOutRequest(1, FIELDS.toSpliced(2, 1)) },
    { why: 'no reraise', request: layOutRequest(1, FIELDS.slice(0, 3)) },
    { why: 'two launchers', request: layOutRequest(1, [FIELDS[0]!, ...FIELDS]) },
    { why: 'two enter requests', request: layOutRequest(1, [ENTER, ...FIELDS]) },
    { why: 'two reraise', request: layOutRequest(1, [...FIELDS, FIELDS[3]!]) },
    { why: 'reraise 2', request: layOutRequest(1, [...FIELDS.slice(0, 3), numberField(TAG.reraise, 2)]) },
    { why: 'a tag of the other kind', request: layOutRequest(1, [...FIELDS, stringField(TAG.cwd, '/')]) },
    { why: 'a placeholder without a registry', request: layOutRequest(1, [...FIELDS, PLACE('/tmp/x')]) },
    { why: 'two registries', request: layOutRequest(1, [...FIELDS, REGISTRY, REGISTRY]) },
    { why: 'a relative placeholder', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE('x')]) },
    { why: 'a placeholder with dots', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE('/tmp/../x')]) },
    {
      why: 'a placeholder with two slashes',
      request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE('/tmp//x')]),
    },
    { why: 'the root as placeholder', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE('/')]) },
    {
      why: 'a placeholder of 4096 bytes',
      request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE(`/${'x'.repeat(4095)}`)]),
    },
    {
      why: '4097 placeholders',
      request: layOutRequest(1, [
        ...FIELDS,
        REGISTRY,
        ...Array.from({ length: 4097 }, () => PLACE('/tmp/x')),
      ]),
    },
    {
      why: 'a file as placeholder without a registry',
      request: layOutRequest(1, [...FIELDS, PLACE_FILE('/tmp/x\0')]),
    },
    { why: 'a file of no bytes', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE_FILE('')]) },
    { why: 'a file without NUL', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE_FILE('/tmp/x')]) },
    { why: 'a file without a path', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE_FILE('\0x')]) },
    { why: 'a relative file', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE_FILE('x\0x')]) },
    { why: 'a file with dots', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE_FILE('/tmp/../x\0')]) },
    {
      why: 'a file with content of 4097 bytes',
      request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE_FILE(`/tmp/x\0${'x'.repeat(4097)}`)]),
    },
    {
      why: '4097 placeholders of both kinds',
      request: layOutRequest(1, [
        ...FIELDS,
        REGISTRY,
        PLACE_FILE('/tmp/x\0'),
        ...Array.from({ length: 4096 }, () => PLACE('/tmp/x')),
      ]),
    },
    {
      why: 'a mount of no bytes',
      request: layOutRequest(1, [...FIELDS, { tag: TAG.mount, bytes: bytes('') }]),
    },
    { why: 'a mount without a path', request: layOutRequest(1, [...FIELDS, MOUNT(3, '')]) },
    { why: 'a mount of expectation 0', request: layOutRequest(1, [...FIELDS, MOUNT(0, '/a\0')]) },
    { why: 'a mount of expectation 6', request: layOutRequest(1, [...FIELDS, MOUNT(6, '/a\0')]) },
    { why: 'a mount with a flag', request: layOutRequest(1, [...FIELDS, MOUNT(3, '/a\0', 1)]) },
    { why: 'a mount without NUL', request: layOutRequest(1, [...FIELDS, MOUNT(3, '/a')]) },
    { why: 'a mount at a relative path', request: layOutRequest(1, [...FIELDS, MOUNT(3, 'a\0')]) },
    { why: 'a mount with dots', request: layOutRequest(1, [...FIELDS, MOUNT(3, '/a/..\0')]) },
    { why: 'a mount at the root', request: layOutRequest(1, [...FIELDS, MOUNT(3, '/\0')]) },
    { why: 'a bind without a source', request: layOutRequest(1, [...FIELDS, MOUNT(1, '/a\0')]) },
    { why: 'a bind of a relative source', request: layOutRequest(1, [...FIELDS, MOUNT(2, '/a\0b\0')]) },
    { why: 'a bind of a source without NUL', request: layOutRequest(1, [...FIELDS, MOUNT(2, '/a\0/b')]) },
    { why: 'a bind of two sources', request: layOutRequest(1, [...FIELDS, MOUNT(2, '/a\0/b\0/c\0')]) },
    { why: 'a mask with a source', request: layOutRequest(1, [...FIELDS, MOUNT(3, '/a\0/b\0')]) },
    {
      why: '4097 mounts',
      request: layOutRequest(1, [...FIELDS, ...Array.from({ length: 4097 }, () => MOUNT(3, '/a\0'))]),
    },
    { why: 'two descriptors', request: layOutRequest(1, [...FIELDS, DESCRIPTOR, DESCRIPTOR]) },
    {
      why: 'a descriptor of half a number',
      request: layOutRequest(1, [...FIELDS, { ...DESCRIPTOR, bytes: new Uint8Array(2) }]),
    },
    {
      why: 'the highest descriptor',
      request: layOutRequest(1, [...FIELDS, numberField(TAG.launcherDescriptor, 0xffff_ffff)]),
    },
    { why: 'a descriptor that is not open', request: layOutRequest(1, [...FIELDS, DESCRIPTOR]) },
    { why: 'no time', request: layOutRequest(1, [...FIELDS, TIMEOUT(0)]) },
    { why: 'too much time', request: layOutRequest(1, [...FIELDS, TIMEOUT(0x8000_0000)]) },
    { why: 'two times', request: layOutRequest(1, [...FIELDS, TIMEOUT(9), TIMEOUT(9)]) },
    { why: 'a word without a launcher', request: layOutRequest(1, [...DIRECT, FIELDS[1]!]) },
    {
      why: 'a fallback without a launcher',
      request: layOutRequest(1, [...DIRECT, stringField(TAG.fallbackArg, 'a')]),
    },
    { why: 'a descriptor without a launcher', request: layOutRequest(1, [...DIRECT, DESCRIPTOR]) },
    {
      why: 'a placeholder without a launcher',
      request: layOutRequest(1, [...DIRECT, REGISTRY, PLACE('/tmp/x')]),
    },
    { why: 'a mount without a launcher', request: layOutRequest(1, [...DIRECT, MOUNT(3, '/a\0')]) },
    { why: 'an endpoint without a launcher', request: layOutRequest(1, [...DIRECT, ENDPOINT]) },
    { why: 'an unknown tag', request: layOutRequest(1, [...FIELDS, numberField(99, 0)]) },
    { why: 'a relative launcher', request: layOutRequest(1, [stringField(1, 'true'), ...FIELDS.slice(1)]) },
    { why: 'a string without NUL', request: layOutRequest(1, [...FIELDS, { tag: 2, bytes: bytes('abc') }]) },
    {
      why: 'a string with two NUL',
      request: layOutRequest(1, [...FIELDS, { tag: 2, bytes: bytes('a\0b\0') }]),
    },
    { why: 'a string of no bytes', request: layOutRequest(1, [...FIELDS, { tag: 2, bytes: bytes('') }]) },
    { why: 'padding that is not zero', request: layOutRequest(1, FIELDS).with(16 + 8 + 10, 1) },
  ])('$why', async ({ request }) => {
    expect(await send(workshop.program, request)).toEqual(REFUSED)
  })

  test('bytes that follow the request are not part of it', async () => {
    expect((await send(workshop.program, Buffer.concat([HARMLESS, HARMLESS]))).reports).toMatchObject([
      { step: 'launcher' },
    ])
  })
})
