import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { EXIT_STATUS } from '@linux-sandbox/errors'
import { describe, expect, test } from 'vitest'
import {
  GRANTED_DESCRIPTORS_MAX,
  LANDLOCK_RULES_MAX,
  LISTENER_PORT_MIN,
  MOUNTS_MAX,
  OPERATIONS_MAX,
  nativeProgramPath,
  PLACEHOLDER_CONTENT_MAX,
  PLACEHOLDERS_MAX,
  PROTOCOL_VERSION,
  REQUEST_SIZE_MAX,
  ROUTES_MAX,
  STEPS,
  VIOLATIONS,
} from '../src/index.js'
import * as broker from '../src/protocol/broker-messages.js'
import * as constants from '../src/protocol/constants.js'
import { RESOURCES } from '../src/protocol/resources.js'

/** Every `NAME = number` of a header; products and hexadecimal numbers are understood. */
function enumerators(file: string): Record<string, number> {
  const text = readFileSync(new URL(`../native/${file}`, import.meta.url), 'utf8')
  const found = text.matchAll(/\b([A-Z][A-Z0-9_]+) = ([0-9xa-f* ]+)[,\s}]/g)
  return Object.fromEntries(
    [...found].map(([, name, value]) => [
      name,
      value!.split('*').reduce((product, part) => product * Number(part), 1),
    ]),
  )
}

function withPrefix(prefix: string, values: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(values).map(([name, value]) => [
    prefix + name.replaceAll(/([A-Z])|-/g, (_, capital) => (capital ? `_${capital}` : '_')).toUpperCase(),
    value,
  ])
}

function onlyWithPrefix(prefix: string, values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name.startsWith(prefix)))
}

describe('C and TypeScript agree', () => {
  const header = enumerators('protocol.h')

  test.each([
    { prefix: 'STEP_', values: STEPS },
    { prefix: 'TAG_', values: constants.TAG },
    { prefix: 'REPORT_', values: { ...constants.REPORT_KIND, textMax: constants.REPORT_TEXT_MAX } },
    {
      prefix: 'REQUEST_',
      values: { ...constants.REQUEST_KIND, magic: constants.REQUEST_MAGIC, sizeMax: REQUEST_SIZE_MAX },
    },
    { prefix: 'PROTOCOL_', values: { version: PROTOCOL_VERSION } },
    { prefix: 'FILTER_', values: { lengthMax: constants.FILTER_LENGTH_MAX } },
    { prefix: 'VIOLATION_', values: { none: 0, ...VIOLATIONS } },
    { prefix: 'PLACEHOLDERS_', values: { max: PLACEHOLDERS_MAX } },
    { prefix: 'PLACEHOLDER_', values: { contentMax: PLACEHOLDER_CONTENT_MAX } },
    { prefix: 'MOUNTS_', values: { max: MOUNTS_MAX } },
    { prefix: 'OPERATIONS_', values: { max: OPERATIONS_MAX } },
    { prefix: 'OPERATION_', values: constants.OPERATION_TYPES },
    { prefix: 'NAMESPACE_', values: constants.NAMESPACES },
    { prefix: 'EXPECTS_', values: { native: constants.EXPECTS_NATIVE } },
    { prefix: 'BIND_', values: constants.BIND_FLAGS },
    { prefix: 'LANDLOCK_', values: { rulesMax: LANDLOCK_RULES_MAX } },
    { prefix: 'LIFETIME_', values: constants.LIFETIMES },
    { prefix: 'EXPECTATION_', values: constants.EXPECTATIONS },
    { prefix: 'ROUTE_', values: constants.ROUTE_KINDS },
    { prefix: 'ROUTES_', values: { max: ROUTES_MAX } },
    { prefix: 'PREFACE_', values: { sizeMax: constants.PREFACE_SIZE_MAX } },
    { prefix: 'OFFER_', values: { sizeMax: constants.OFFER_SIZE_MAX } },
    { prefix: 'ANSWER_', values: { sizeMax: constants.ANSWER_SIZE_MAX } },
    { prefix: 'LISTENER_', values: { portMin: LISTENER_PORT_MIN } },
    { prefix: 'GRANTED_', values: { max: GRANTED_DESCRIPTORS_MAX } },
  ])('on $prefix*', ({ prefix, values }) => {
    expect(onlyWithPrefix(prefix, header)).toEqual(Object.fromEntries(withPrefix(prefix, values)))
  })

  test('on the numbers of the broker', () => {
    const { requests, replies } = broker.BROKER_PIPES
    expect(enumerators('broker.h')).toEqual({
      ...Object.fromEntries(withPrefix('BROKER_', { requests, replies })),
      ...Object.fromEntries(withPrefix('BROKER_', { ...broker.BROKER_KIND, ...broker.BROKER_SLOT })),
      BROKER_NAME_SIZE: broker.BROKER_NAME_SIZE,
      BROKER_CHILDREN_MAX: broker.BROKER_CHILDREN_MAX,
    })
  })

  test('on exit statuses', () => {
    const { usage, setup, cannotExecute, notFound } = EXIT_STATUS
    expect(enumerators('status.h')).toEqual({
      STATUS_USAGE: usage,
      STATUS_SETUP: setup,
      STATUS_CANNOT_EXECUTE: cannotExecute,
      STATUS_NOT_FOUND: notFound,
      STATUS_SIGNAL_BASE: 128,
    })
  })

  test('on the numbers of the resource limits, as the C compiler knows them', () => {
    const source = `#include <sys/resource.h>\n${Object.entries(RESOURCES)
      .map(([name, number]) => `_Static_assert(RLIMIT_${name.toUpperCase()} == ${number}, "${name}");`)
      .join('\n')}\n_Static_assert(RLIM_NLIMITS == ${Object.keys(RESOURCES).length}, "all");`
    const { stderr, status } = spawnSync('cc', ['-D_GNU_SOURCE', '-fsyntax-only', '-x', 'c', '-'], {
      input: source,
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  test('on the words that are replaced in launcher arguments', () => {
    const source = readFileSync(new URL('../native/supervise-request.c', import.meta.url), 'utf8')
    const words = [...source.matchAll(/"(@\w+)"/g)].map(([, word]) => word)
    expect(words).toEqual([constants.ENTER_PROGRAM, constants.STATUS_SOCKET, constants.LAUNCHER_OPTIONS])
  })

  test('on the version, as the built program tells it', () => {
    const { stdout, status } = spawnSync(nativeProgramPath(), ['version'], { encoding: 'utf8' })
    expect({ stdout, status }).toEqual({ stdout: `linux-sandbox-native ${PROTOCOL_VERSION}\n`, status: 0 })
  })
})
