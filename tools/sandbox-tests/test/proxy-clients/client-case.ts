import type { RequestListener } from 'node:http'
import { describe, expect, test } from 'vitest'
import { describeForUsers, makeDirectory, type TestUser } from '../../support/index.ts'
import type { Feature } from '../../support/features.ts'
import { runManaged, type ManagedEnd, type Way } from './managed.ts'
import { HOST, makeCertificate, startOrigin, type Origin } from './origin.ts'

/** What a client works with. */
export interface Scene {
  readonly user: TestUser
  /** Directory of the user, writable in the sandbox. */
  readonly workspace: string
  /** PEM, of the server. */
  readonly certificate: string
  readonly origin: Origin
}

export type Command = readonly [string, ...string[]]

export interface ClientCase {
  /** With what the client does, as in `curl, https`. */
  readonly client: string
  readonly needs: readonly Feature[]
  /** How the proxy sees it, unless the way is SOCKS. */
  readonly protocol: 'http' | 'connect'
  /** Default: those with an HTTP proxy. */
  readonly ways?: readonly Way[]
  /** Default: a server that greets. */
  readonly serve?: (scene: Omit<Scene, 'origin'>, origin: () => Origin) => RequestListener
  readonly command: (scene: Scene) => Command
  readonly env?: (scene: Scene) => Readonly<Record<string, string>>
  /** In what it prints when it got what it wanted. */
  readonly works: string | RegExp
  /** In what it prints when the proxy refused an HTTP request, and a tunnel of SOCKS. */
  readonly refused: RegExp
  readonly refusedBySocks?: RegExp
}

export const HTTP_WAYS: readonly Way[] = ['handlers', 'relay']
export const ALL_WAYS: readonly Way[] = [...HTTP_WAYS, 'socks']

const PROXIES: Readonly<Record<Way, string>> = {
  handlers: 'a proxy of the process that started it',
  relay: 'a proxy that its environment names',
  socks: 'a SOCKS proxy alone',
}

/** Some clients are slow to start on a busy machine. */
const CLIENT_TIMEOUT_MS = 120_000

/** Runs the client in both kinds of sandboxes, where the proxy allows its server and where it does not. */
export function describeClient(one: ClientCase): void {
  const { client, needs, ways = HTTP_WAYS } = one
  describeForUsers(`${client}, in a sandbox`, ['openssl', ...needs], (user) => {
    const led = ways.map((way) => ({ way, to: PROXIES[way] }))
    describe.each(led)('led to $to', { timeout: CLIENT_TIMEOUT_MS }, ({ way }) => {
      const protocol = way === 'socks' ? 'socks5' : one.protocol

      test('works where the proxy allows its server', async () => {
        const { end, origin } = await runClient(one, { user, way, allow: [HOST, '127.0.0.1'] })
        expect(end, end.stderr).toMatchObject({ exitCode: 0, enforced: { network: 'private' } })
        expect(end.stdout).toMatch(one.works)
        expect(requestsOf(end)).toEqual([`allowed ${protocol} ${HOST}`])
        expect(origin.seen).not.toEqual([])
      })

      test('fails where the proxy refuses its server', async () => {
        const { end, origin } = await runClient(one, { user, way, allow: ['other.test', '127.0.0.1'] })
        expect(end.exitCode).not.toBe(0)
        expect(end.stdout).not.toMatch(one.works)
        expect(end.stdout + end.stderr).toMatch(refusalOf(one, way))
        expect(requestsOf(end)).toEqual([`blocked ${protocol} ${HOST}`])
        expect(origin.seen).toEqual([])
      })
    })
  })
}

function refusalOf({ refused, refusedBySocks = refused }: ClientCase, way: Way): RegExp {
  return way === 'socks' ? refusedBySocks : refused
}

async function runClient(
  { serve, command, env = () => ({}) }: ClientCase,
  { user, way, allow }: { user: TestUser; way: Way; allow: readonly string[] },
): Promise<{ end: ManagedEnd; origin: Origin }> {
  const workspace = makeDirectory(user)
  const certificate = makeCertificate(makeDirectory(user))
  const before = { user, workspace, certificate: certificate.path }
  const origin: Origin = await startOrigin(
    certificate,
    serve?.(before, () => origin),
  )
  const scene = { ...before, origin }
  const end = await runManaged(user, { way, allow, workspace, command: command(scene), env: env(scene) })
  return { end, origin }
}

/** What the proxy was asked, each once. */
function requestsOf({ decisions }: ManagedEnd): readonly string[] {
  return [...new Set(decisions.map(({ status, protocol, host }) => `${status} ${protocol} ${host}`))]
}
