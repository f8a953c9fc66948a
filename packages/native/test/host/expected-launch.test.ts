import { readlinkSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { openWorkshop, reasonToSkip, reasonToSkipNative, USERS } from './host.js'
import { becomes, childrenOf, pidsExecuting } from './processes.js'
import { NATIVE, requestFor, start, WITHOUT_LAUNCHER, withParts, type Run } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)
const { program } = workshop

const NETWORK = ['sh', '-c', 'readlink /proc/self/ns/net']

describe.skipIf(reasonToSkipNative()).each(USERS)('a native launch that is expected, as $name', (user) => {
  const startExpecting = (): Run => start({ program, user, pieces: [], expected: NATIVE.namespaces })

  const networkOf = (pid: number | undefined): string | undefined => {
    try {
      return readlinkSync(`/proc/${pid}/ns/net`)
    } catch {
      return undefined
    }
  }

  /** The one that is in a network of its own, before there is a request. */
  async function waiting({ child }: Run): Promise<{ pid: number; network: string }> {
    const host = readlinkSync('/proc/self/ns/net')
    const first = (): number | undefined => childrenOf(child.pid!)[0]
    expect(await becomes(() => ![undefined, host].includes(networkOf(first())))).toBe(true)
    const pid = first()!
    return { pid, network: networkOf(pid)! }
  }

  const isOver = (): boolean => pidsExecuting(program).length === 0

  test('has its namespaces before the request, and the command is in them', async () => {
    const run = startExpecting()
    const { network } = await waiting(run)
    run.control.write(requestFor(NETWORK, NATIVE))
    const { stdout, exitCode } = await run.done
    expect({ stdout: stdout.toString(), exitCode }).toEqual({ stdout: `${network}\n`, exitCode: 0 })
  })

  test.each([
    { asked: 'other namespaces', parts: withParts(NATIVE, { namespaces: ['pid', 'ipc'] }) },
    { asked: 'none', parts: WITHOUT_LAUNCHER },
    ...(reasonToSkip() === undefined ? [{ asked: 'bwrap', parts: {} }] : []),
  ])('is given up when the request asks for $asked', async ({ asked, parts }) => {
    const run = startExpecting()
    const { pid, network } = await waiting(run)
    run.control.write(requestFor(NETWORK, parts))
    const { stdout, exitCode, reports } = await run.done
    expect({ exitCode, reports }).toMatchObject({
      exitCode: 0,
      reports: [{ kind: 'started' }, { kind: 'ended' }],
    })
    const isHost = stdout.toString() === `${readlinkSync('/proc/self/ns/net')}\n`
    expect(isHost).toBe(asked !== 'bwrap')
    expect(stdout.toString()).not.toBe(`${network}\n`)
    expect(networkOf(pid)).toBeUndefined()
  })

  test('ends when no request comes, or a signal does', async () => {
    const closed = startExpecting()
    await waiting(closed)
    closed.control.end()
    expect(await closed.done).toMatchObject({ exitCode: 125, reports: [{ kind: 'failed', step: 'request' }] })
    const told = startExpecting()
    await waiting(told)
    told.child.kill('SIGTERM')
    expect(await told.done).toMatchObject({ signal: 'SIGTERM', reports: [{ step: 'interrupted' }] })
    const killed = startExpecting()
    await waiting(killed)
    killed.child.kill('SIGKILL')
    await killed.done
    expect(await becomes(isOver)).toBe(true)
  })

  test.each([1, 64, 96])('as %s, which means nothing, is a malformed request', async (expected) => {
    const run = start({ program, user, pieces: [requestFor(['echo', 'started'], NATIVE)], expected })
    const { stdout, reports } = await run.done
    expect(stdout.toString()).toBe('')
    expect(reports).toMatchObject([{ kind: 'failed', step: 'request' }])
  })

  test('that is killed meanwhile starts nothing', async () => {
    const run = startExpecting()
    const { pid } = await waiting(run)
    process.kill(pid, 'SIGKILL')
    expect(await becomes(() => networkOf(pid) === undefined)).toBe(true)
    run.control.write(requestFor(['echo', 'started'], NATIVE))
    const { stdout, reports } = await run.done
    expect(stdout.toString()).toBe('')
    expect(reports).toMatchObject([{ kind: 'failed', step: 'launcher', signal: 9 }])
  })
})
