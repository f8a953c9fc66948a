import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { ALWAYS_BROKER } from '../../support/broker.ts'
import {
  descendantsOf,
  describeForUsers,
  startWithLibrary,
  survivorsOf,
  uniqueSeconds,
  until,
  withLibrary,
} from '../../support/index.ts'

const BROKER = { broker: ALWAYS_BROKER }

describeForUsers('a broker', [], (user) => {
  test('that is killed ends its children, which say so, and the next command has a new one', async () => {
    const seen = await withLibrary(
      user,
      readOnly(),
      async ({ lib, fs }, profile) => {
        const parentOf = (pid: number | undefined): number =>
          Number(/^PPid:\t(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
        const sandbox = await lib.Sandbox.create({ profile })
        const running = sandbox.spawn('sh', ['-c', 'echo; sleep 1000'])
        const run = sandbox.run('sleep', ['1000'])
        const early = sandbox.spawn('sleep', ['1000'])
        await new Promise((resolve) => running.stdout?.once('data', resolve))
        const broker = parentOf(running.pid)
        const closed = [running, early].map(
          (child) => new Promise((resolve) => child.once('close', (...end) => resolve(end))),
        )
        process.kill(broker, 'SIGKILL')
        const gone = await Promise.all([...closed, run.then(({ exitCode, signal }) => [exitCode, signal])])
        const after = [running.kill(), running.exitCode, running.signalCode]
        const next = sandbox.spawn('cat')
        const isNew = ![broker, process.pid].includes(parentOf(next.pid))
        next.stdin?.end()
        const status = await new Promise((resolve) => next.once('close', resolve))
        return { gone, after, isNew, status }
      },
      BROKER,
    )
    const killed = [null, 'SIGKILL']
    expect(seen).toEqual({
      gone: [killed, killed, killed],
      after: [false, null, 'SIGKILL'],
      isNew: true,
      status: 0,
    })
  })

  test('that is killed without this process having heard of it is replaced', async () => {
    const statuses = await withLibrary(
      user,
      readOnly(),
      async ({ lib, fs }, profile) => {
        const sandbox = await lib.Sandbox.create({ profile })
        await sandbox.run('true')
        const [broker = ''] = fs.readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ')
        process.kill(Number(broker), 'SIGKILL')
        // Until the kernel is done with it, and in the same turn of the event loop.
        while (!/^State:\tZ/m.test(fs.readFileSync(`/proc/${broker}/status`, 'utf8'))) continue
        const results = await Promise.all([sandbox.run('true'), sandbox.run('sh', ['-c', 'exit 3'])])
        return results.map(({ exitCode }) => exitCode)
      },
      BROKER,
    )
    expect(statuses).toEqual([0, 3])
  })

  test('ends with its caller, and so do all of its children', async () => {
    const seconds = uniqueSeconds()
    const caller = startWithLibrary(
      user,
      { profile: readOnly(), seconds },
      async ({ lib }, { profile, seconds: time }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        for (let count = 0; count < 3; count++) sandbox.spawn('sleep', [time])
        await new Promise(() => undefined)
      },
      BROKER,
    )
    const commands = (): number =>
      descendantsOf(caller.pid ?? 0).filter(({ commandLine }) => commandLine === `sleep ${seconds}`).length
    await until(() => commands() === 3)
    const all = descendantsOf(caller.pid ?? 0)
    expect(all.filter(({ commandLine }) => / broker \d+ \d+$/.test(commandLine))).toHaveLength(1)
    caller.kill('SIGKILL')
    await until(() => survivorsOf(all).length === 0)
  })

  test('keeps its caller for as long as a child runs that is referenced, and no longer', async () => {
    const child = startWithLibrary(
      user,
      readOnly(),
      async ({ lib }, profile) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const noted: string[] = []
        const finished = sandbox.spawn('sleep', ['0.2'], { stdio: 'ignore' })
        finished.unref()
        finished.ref()
        finished.on('exit', () => noted.push('waited for'))
        const left = sandbox.spawn('sleep', ['1000'], { stdio: 'ignore' })
        left.unref()
        process.on('exit', () => process.stdout.write(`${noted.join()}, and not for ${left.exitCode}`))
      },
      BROKER,
    )
    let said = ''
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
    expect(said).toBe('waited for, and not for null')
  })

  test('is not what a worker starts its commands by', async () => {
    const seen = await withLibrary(
      user,
      readOnly(),
      async ({ workerThreads }, profile) => {
        const source = `
          const { parentPort, workerData } = require('node:worker_threads')
          globalThis[Symbol.for('@linux-sandbox/broker')] = { memoryFrom: 0 }
          import(workerData.library).then(async ({ Sandbox }) => {
            const sandbox = await Sandbox.create({ profile: workerData.profile })
            const child = sandbox.spawn('cat')
            const status = require('node:fs').readFileSync('/proc/' + child.pid + '/status', 'utf8')
            child.stdin.end()
            child.once('close', (exitCode) => {
              const parent = Number(/^PPid:\\t(\\d+)/m.exec(status)[1])
              parentPort.postMessage({ exitCode, isOwn: parent === process.pid })
            })
          })`
        const library = new URL(
          'node_modules/linux-sandbox/dist/index.js',
          `file://${process.argv[1]?.replace(/[^/]*$/, '')}`,
        ).href
        const worker = new workerThreads.Worker(source, { eval: true, workerData: { library, profile } })
        return await new Promise<unknown>((resolve, reject) => {
          worker.once('message', resolve)
          worker.once('error', reject)
        })
      },
      BROKER,
    )
    expect(seen).toEqual({ exitCode: 0, isOwn: true })
  })
})
