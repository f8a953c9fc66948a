import { expect, test } from 'vitest'
import type { Verdict } from '../src/check-case.mjs'
import { differencesOf } from '../src/compare-answers.mjs'

const held = (path: string, outcomes: Record<string, string>, isOfTree = true): Verdict => ({
  outcome: 'held',
  probes: 0,
  mismatches: [],
  answers: [{ path, isOfTree, outcomes: new Map(Object.entries(outcomes)) }],
})

const refused = (refusal: string): Verdict => ({ outcome: 'refused', probes: 0, mismatches: [], refusal })

test.each([
  { title: 'the same answers', one: held('/a', { read: 'ok' }), other: held('/a', { read: 'ok' }), acts: [] },
  {
    title: 'another errno',
    one: held('/a', { read: 'EACCES' }),
    other: held('/a', { read: 'EPERM' }),
    acts: ['read'],
  },
  {
    title: 'an act that was not tried',
    one: held('/a', { read: 'ok' }),
    other: held('/a', {}),
    acts: ['read'],
  },
  {
    title: 'a question that was not asked',
    one: held('/a', { read: 'ok' }),
    other: held('/b', { read: 'ok' }),
    acts: ['ask', 'ask'],
  },
  {
    title: 'a question about what comes and goes outside',
    one: held('/a', { read: 'ok' }, false),
    other: held('/b', { read: 'ok' }, false),
    acts: [],
  },
  {
    title: 'another answer about the same outside',
    one: held('/a', { read: 'ok' }, false),
    other: held('/a', { read: 'EACCES' }, false),
    acts: ['read'],
  },
  {
    title: 'an act that only the second tried',
    one: held('/a', {}),
    other: held('/a', { read: 'ok' }),
    acts: ['read'],
  },
  { title: 'a sandbox of one alone', one: held('/a', {}), other: refused('no'), acts: ['start'] },
  { title: 'other reasons', one: refused('yes'), other: refused('no'), acts: ['start'] },
  { title: 'the same reason', one: refused('no'), other: refused('no'), acts: [] },
])('$title: $acts', ({ one, other, acts }) => {
  expect(differencesOf(one, other).map(({ act }) => act)).toEqual(acts)
})
