import { describe, expect, test } from 'vitest'
import type { EgressLimits, EgressRules, RefusalReason } from '../../src/index.ts'
import { startOrigin, startProxy } from '../world.ts'

/** What a client sends, by the port of the server. */
export type Send = (port: number) => string | readonly string[]

export interface Setting {
  readonly rules?: EgressRules | ((port: number) => EgressRules)
  readonly names?: Readonly<Record<string, readonly string[]>>
  readonly limits?: Partial<EgressLimits>
  readonly send?: Send
}

/** An attempt to make the server see `/secret`, and the same with what makes it allowed. */
export interface Attack extends Setting {
  readonly title: string
  readonly send: Send
  /** `reset`: without a word, because an answer would be mixed with another one, or nobody waits for it. */
  readonly refused: RefusalReason | 'reset'
  /** What the client is told. Default: the header with the reason; `''`: nothing. */
  readonly answer?: string
  /** What differs where the same is allowed. */
  readonly twin: Setting & { readonly why: string }
}

/** Names of every attack; the server is at 127.0.0.1. */
export const NAMES = { 'allowed.test': ['127.0.0.1'], 'other.test': ['127.0.0.1'] }
/** Allows one of them. */
export const ALLOWED: EgressRules = { allow: ['allowed.test', '127.0.0.1'] }

export function describeAttacks(title: string, attacks: readonly Attack[]): void {
  describe(title, () => {
    test.each(attacks)('$title: refused ($refused)', async (attack) => {
      const { seen, decisions, reply } = await attempt(
        attack,
        (row) => row.answer ?? `X-Proxy-Error: ${row.refused}`,
      )
      expect(seen.filter((request) => request.includes('/secret'))).toEqual([])
      expect(reply).toContain(answerTo(attack))
      if (attack.refused === 'reset') return
      expect(decisions.map(({ reason }) => reason)).toContain(attack.refused)
    })

    test.each(attacks)('$title: allowed with $twin.why', async ({ twin, ...attack }) => {
      const { seen, decisions, reply } = await attempt({ ...attack, ...twin }, () => 'ORIGIN /secret')
      expect(reply).toContain('ORIGIN /secret')
      expect(seen.filter((request) => request.includes('/secret'))).toHaveLength(1)
      expect(decisions.at(-1)).toMatchObject({ status: 'allowed' })
    })
  })
}

function answerTo({ answer, refused }: Attempted): string {
  return answer ?? (refused === 'reset' ? '' : `X-Proxy-Error: ${refused}`)
}

type Attempted = Omit<Attack, 'title' | 'twin'>

async function attempt(attack: Attempted, until: (attack: Attempted) => string) {
  const { rules = ALLOWED, names = NAMES, limits = {}, send } = attack
  const origin = await startOrigin()
  const world = await startProxy(origin, {
    rules: typeof rules === 'function' ? rules(origin.port) : rules,
    names,
    limits,
  })
  const sent = send(origin.port)
  const reply = await world.talk(typeof sent === 'string' ? [sent] : sent, until(attack))
  return { reply, decisions: world.decisions, seen: await world.seen() }
}
