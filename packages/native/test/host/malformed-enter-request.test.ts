import { afterAll, describe, expect, test } from 'vitest'
import { TAG } from '../../src/protocol/constants.js'
import { layOutRequest, numberField, stringField, type Field } from '../../src/protocol/fields.js'
import { openWorkshop } from './host.js'
import { hasLandlock } from './landlock.js'
import { bytes, REFUSED, send } from './sent-requests.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

const ENTER_FIELDS = [stringField(TAG.arg, 'true'), stringField(TAG.cwd, '/'), numberField(TAG.lifetime, 2)]
const RULESET = (...masks: bigint[]): Field => ({
  tag: TAG.landlock,
  bytes: new Uint8Array(BigUint64Array.from(masks).buffer),
})
const RULE = (text: string): Field => ({
  tag: TAG.landlockRule,
  bytes: Uint8Array.from([4, 0, 0, 0, 0, 0, 0, 0, ...bytes(text)]),
})
const DROP = (value: number): Field => numberField(TAG.dropCapabilities, value)
const READING = RULESET(4n, 0n, 0n)

/** Started directly: whoever runs the tests can do that. */
const wrapDirect = (inner: Uint8Array): Uint8Array =>
  layOutRequest(1, [numberField(TAG.reraise, 0), { tag: TAG.enterRequest, bytes: inner }])

describe('a malformed enter request is refused', () => {
  test('and the same request, unharmed, is not', async () => {
    const inner = layOutRequest(2, [...ENTER_FIELDS, DROP(1), READING, RULE('/\0'), RULE('/usr\0')])
    const { reports } = await send(workshop.program, wrapDirect(inner))
    if (hasLandlock()) expect(reports).toMatchObject([{ kind: 'started' }, { kind: 'ended', exitCode: 0 }])
    else expect(reports).toMatchObject([{ step: 'landlock' }])
  })

  test.each([
    { why: 'no argument', fields: ENTER_FIELDS.slice(1) },
    { why: 'no directory', fields: ENTER_FIELDS.toSpliced(1, 1) },
    { why: 'two lifetimes', fields: [...ENTER_FIELDS, ENTER_FIELDS[2]!] },
    { why: 'lifetime 0', fields: ENTER_FIELDS.with(2, numberField(TAG.lifetime, 0)) },
    { why: 'lifetime 3', fields: ENTER_FIELDS.with(2, numberField(TAG.lifetime, 3)) },
    { why: 'half a lifetime', fields: ENTER_FIELDS.with(2, { tag: TAG.lifetime, bytes: bytes('\x02\0') }) },
    { why: 'capabilities dropped twice', fields: [...ENTER_FIELDS, DROP(1), DROP(1)] },
    { why: 'capabilities dropped 2', fields: [...ENTER_FIELDS, DROP(2)] },
    { why: 'two rulesets', fields: [...ENTER_FIELDS, READING, READING] },
    { why: 'a ruleset of nothing', fields: [...ENTER_FIELDS, RULESET(0n, 0n, 0n)] },
    { why: 'a ruleset of two masks', fields: [...ENTER_FIELDS, RULESET(4n, 0n)] },
    { why: 'a ruleset of four masks', fields: [...ENTER_FIELDS, RULESET(4n, 0n, 0n, 0n)] },
    { why: 'a rule without a ruleset', fields: [...ENTER_FIELDS, RULE('/\0')] },
    { why: 'a rule of half a mask', fields: [...ENTER_FIELDS, READING, { tag: 24, bytes: bytes('1234') }] },
    { why: 'a rule without a path', fields: [...ENTER_FIELDS, READING, RULE('')] },
    { why: 'a rule of an empty path', fields: [...ENTER_FIELDS, READING, RULE('\0')] },
    { why: 'a rule without NUL', fields: [...ENTER_FIELDS, READING, RULE('/')] },
    { why: 'a rule with two paths', fields: [...ENTER_FIELDS, READING, RULE('/\0/\0')] },
    { why: 'a rule of a relative path', fields: [...ENTER_FIELDS, READING, RULE('usr\0')] },
    { why: 'a rule with dots', fields: [...ENTER_FIELDS, READING, RULE('/usr/..\0')] },
    { why: 'a rule with a slash at the end', fields: [...ENTER_FIELDS, READING, RULE('/usr/\0')] },
    { why: 'a rule of 4096 bytes', fields: [...ENTER_FIELDS, READING, RULE(`/${'x'.repeat(4095)}\0`)] },
    {
      why: '4097 rules',
      fields: [...ENTER_FIELDS, READING, ...Array.from({ length: 4097 }, () => RULE('/\0'))],
    },
    { why: 'a tag of the other kind', fields: [...ENTER_FIELDS, numberField(TAG.setupTimeout, 9)] },
  ])('$why', async ({ fields }) => {
    expect(await send(workshop.program, wrapDirect(layOutRequest(2, fields)))).toEqual(REFUSED)
  })
})
