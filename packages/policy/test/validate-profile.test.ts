import { PolicyInvalidError } from '@linux-sandbox/errors'
import { describe, expect, test } from 'vitest'
import { parseProfile, validateProfile } from '../src/index.js'
import { issuesOf } from './support.js'

describe('validateProfile', () => {
  test('reads a value as parseProfile reads its text', () => {
    const value = { type: 'external', network: 'enabled', more: 1 }
    expect(validateProfile(value)).toEqual(parseProfile(JSON.stringify(value)))
  })

  test('names places by their keys, as there is no text', () => {
    expect(issuesOf(() => validateProfile({ type: 'external', network: 1 }))).toEqual([
      { path: ['network'], message: 'must be one of "restricted", "enabled", not 1' },
    ])
  })

  test('takes what was made here as it is, and a copy of it for what it holds', () => {
    const profile = parseProfile('{"type":"external","network":"enabled"}')
    expect(validateProfile(profile)).toBe(profile)
    expect(validateProfile(validateProfile({ ...profile }))).toEqual(profile)
    expect(() => validateProfile({ ...profile, network: 1 })).toThrow(PolicyInvalidError)
  })

  test('gives a copy that cannot be changed', () => {
    const entries: unknown[] = []
    const profile = validateProfile({
      type: 'managed',
      file_system: { type: 'restricted', entries },
      network: 'enabled',
    })
    entries.push({ path: { type: 'path', path: '/' }, access: 'write' })
    expect(profile).toMatchObject({ file_system: { entries: [] } })
    expect(
      Object.isFrozen(profile) && profile.type === 'managed' && Object.isFrozen(profile.file_system),
    ).toBe(true)
  })

  test('reads own keys only', () => {
    const inherits: unknown = Object.create({ type: 'disabled' })
    expect(validateProfile(inherits)).toEqual(parseProfile('{}'))
    expect(() =>
      validateProfile(Object.assign(Object.create({ network: 'enabled' }), { type: 'external' })),
    ).toThrow(PolicyInvalidError)
  })

  test('refuses a value that contains itself', () => {
    const value: Record<string, unknown> = { type: 'disabled' }
    value.self = value
    expect(issuesOf(() => validateProfile(value))[0]?.message).toBe('is nested deeper than 128 levels')
  })
})
