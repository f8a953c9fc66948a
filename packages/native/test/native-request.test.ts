import { PolicyInvalidError } from '@linux-sandbox/errors'
import { describe, expect, test } from 'vitest'
import {
  encodeSuperviseRequest,
  OPERATIONS_MAX,
  type LaunchOperation,
  type SuperviseRequest,
} from '../src/index.js'
import { TAG } from '../src/protocol/constants.js'
import { decodeRequest } from './decode-request.js'
import { enterRequest } from './samples.js'

const ROOT: LaunchOperation = { type: 'root', access: 'read', devices: false }

function nativeRequest(parts: Partial<SuperviseRequest> = {}): SuperviseRequest {
  return { namespaces: ['pid'], operations: [ROOT], enter: enterRequest(), reraise: false, ...parts }
}

describe('a request for a native launch', () => {
  test.each([
    { one: ROOT, fields: [1, 0], text: '/\0' },
    { one: { type: 'root', access: 'write', devices: false }, fields: [1, 1], text: '/\0' },
    { one: { type: 'root', access: 'write', devices: true }, fields: [1, 3], text: '/\0' },
    { one: { type: 'dev' }, fields: [2, 0], text: '/dev\0' },
    { one: { type: 'proc' }, fields: [3, 0], text: '/proc\0' },
    { one: { type: 'bind', source: '/a', target: '/b', access: 'read' }, fields: [4, 0], text: '/b\0/a\0' },
    { one: { type: 'bind', source: '/a', target: '/b', access: 'write' }, fields: [4, 1], text: '/b\0/a\0' },
    { one: { type: 'device', source: '/a', target: '/b' }, fields: [4, 3], text: '/b\0/a\0' },
    { one: { type: 'mask-directory', target: '/ä', traversable: false }, fields: [5, 0], text: '/ä\0' },
    { one: { type: 'mask-directory', target: '/b', traversable: true }, fields: [5, 0o111], text: '/b\0' },
    { one: { type: 'mask-file', target: '/b' }, fields: [6, 0], text: '/b\0' },
    { one: { type: 'directory', target: '/b', mode: 0o750 }, fields: [7, 0o750], text: '/b\0' },
    { one: { type: 'symlink', target: '/b', to: 'c/d' }, fields: [8, 0], text: '/b\0c/d\0' },
    { one: { type: 'tmpfs', target: '/b', mode: 0o1777 }, fields: [9, 0o1777], text: '/b\0' },
    { one: { type: 'remount-read-only', target: '/' }, fields: [10, 0], text: '/\0' },
  ] satisfies { one: LaunchOperation; fields: number[]; text: string }[])(
    '$one is encoded',
    ({ one, fields, text }) => {
      const operations = one.type === 'root' ? [one] : [ROOT, one]
      const request = decodeRequest(encodeSuperviseRequest(nativeRequest({ operations })))
      const { bytes } = request.fields.findLast(({ tag }) => tag === TAG.operation)!
      expect([bytes.readUInt32LE(0), bytes.readUInt32LE(4)]).toEqual(fields)
      expect(bytes.toString('utf8', 8)).toBe(text)
    },
  )

  test('names its namespaces by bits, and both attempts in their order', () => {
    const request = nativeRequest({
      namespaces: ['pid', 'network', 'ipc', 'uts', 'cgroup'],
      operations: [ROOT, { type: 'proc' }],
      fallbackOperations: [ROOT],
    })
    const { fields } = decodeRequest(encodeSuperviseRequest(request))
    expect(fields.find(({ tag }) => tag === TAG.namespaces)?.bytes.readUInt32LE()).toBe(31)
    const tags = fields.map(({ tag }) => tag).filter((tag) => tag >= TAG.operation)
    expect(tags).toEqual([TAG.operation, TAG.operation, TAG.fallbackOperation])
  })

  test.each([
    { why: 'no operation', parts: { operations: [] }, path: ['operations'] },
    {
      why: 'too many',
      parts: { operations: Array.from({ length: OPERATIONS_MAX + 1 }, () => ROOT) },
      path: ['operations'],
    },
    { why: 'no fallback operation', parts: { fallbackOperations: [] }, path: ['fallbackOperations'] },
    { why: 'no root first', parts: { operations: [{ type: 'dev' }] }, path: ['operations', 0] },
    { why: 'a second root', parts: { operations: [ROOT, ROOT] }, path: ['operations', 1] },
    {
      why: 'memory over the root',
      parts: { operations: [ROOT, { type: 'tmpfs', target: '/', mode: 0 }] },
      path: ['operations', 1],
    },
    { why: 'an unknown namespace', parts: { namespaces: ['pid', 'time' as 'pid'] }, path: ['namespaces', 1] },
    { why: 'no pid namespace', parts: { namespaces: [] }, path: ['enter', 'lifetime'] },
    { why: 'a launcher too', parts: { launcher: '/a', launcherArgv: ['a'] }, path: ['namespaces'] },
    { why: 'words of a launcher', parts: { launcherArgv: ['a'] }, path: ['launcherArgv'] },
    {
      why: 'mounts to verify',
      parts: { mounts: [{ expectation: 'masked-file', target: '/a' }] },
      path: ['mounts'],
    },
  ] satisfies { why: string; parts: Partial<SuperviseRequest>; path: (string | number)[] }[])(
    'is refused with $why',
    ({ parts, path }) => expect(issuesOf(nativeRequest(parts))).toContainEqual(path),
  )

  test.each([
    { why: 'a relative target', one: { type: 'mask-file', target: 'a' }, path: 'target' },
    { why: 'a file at the root', one: { type: 'mask-file', target: '/' }, path: 'target' },
    { why: 'a target with ..', one: { type: 'tmpfs', target: '/a/..', mode: 0 }, path: 'target' },
    {
      why: 'the root as source',
      one: { type: 'bind', source: '/', target: '/a', access: 'read' },
      path: 'source',
    },
    {
      why: 'a long source',
      one: { type: 'device', source: `/${'a'.repeat(4095)}`, target: '/a' },
      path: 'source',
    },
    { why: 'a mode beyond 07777', one: { type: 'directory', target: '/a', mode: 0o10000 }, path: 'mode' },
    { why: 'a negative mode', one: { type: 'tmpfs', target: '/a', mode: -1 }, path: 'mode' },
    { why: 'an empty link', one: { type: 'symlink', target: '/a', to: '' }, path: 'to' },
    { why: 'a link with NUL', one: { type: 'symlink', target: '/a', to: '\0' }, path: 'to' },
    { why: 'a long link', one: { type: 'symlink', target: '/a', to: 'a'.repeat(4096) }, path: 'to' },
    { why: 'an unknown type', one: { type: 'toString' as 'mask-file', target: '/a' }, path: 'type' },
  ] satisfies { why: string; one: LaunchOperation; path: string }[])(
    'is refused with $why',
    ({ one, path }) =>
      expect(issuesOf(nativeRequest({ operations: [ROOT, one] }))).toEqual([['operations', 1, path]]),
  )

  test('operations without namespaces are refused', () => {
    const { namespaces: _none, ...parts } = nativeRequest({ enter: enterRequest({ lifetime: 'subreaper' }) })
    expect(issuesOf(parts)).toEqual([['operations']])
  })
})

function issuesOf(request: SuperviseRequest): (readonly (string | number)[])[] {
  try {
    encodeSuperviseRequest(request)
  } catch (error) {
    if (error instanceof PolicyInvalidError) return error.issues.map(({ path }) => path)
    throw error
  }
  return []
}
