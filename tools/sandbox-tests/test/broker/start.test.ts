import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { ALWAYS_BROKER, SMALL_CALLER } from '../../support/broker.ts'
import { describeForUsers, withLibrary } from '../../support/index.ts'

describeForUsers('a caller that is small', [], (user) => {
  test('starts its first command by Node and the others by a broker, which it does not wait for', async () => {
    const seen = await withLibrary(
      user,
      readOnly(),
      async ({ lib, fs }, profile) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const parents: number[] = []
        for (let count = 0; count < 3; count++) {
          const child = sandbox.spawn('cat')
          const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8')
          parents.push(Number(/^PPid:\t(\d+)/m.exec(status)?.[1]))
          child.stdin?.end()
          await new Promise((resolve) => child.once('close', resolve))
        }
        const [first, second, third] = parents
        return { isOwn: first === process.pid, isBrokers: second !== process.pid, isOne: second === third }
      },
      { broker: SMALL_CALLER },
    )
    expect(seen).toEqual({ isOwn: true, isBrokers: true, isOne: true })
  })

  test('counts no command that only Node can start', async () => {
    const children = await withLibrary(
      user,
      readOnly(),
      async ({ lib, fs }, profile) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const stdios = ['inherit', 'inherit', 'pipe'] as const
        const ends = stdios.map((stdio) => sandbox.spawn('true', [], { stdio }))
        await Promise.all(ends.map((child) => new Promise((resolve) => child.once('close', resolve))))
        return fs.readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
      },
      { broker: SMALL_CALLER },
    )
    expect(children).toBe('')
  })
})

describeForUsers('while a broker starts a command', [], (user) => {
  test('its caller can ask for something else', async () => {
    const seen = await withLibrary(
      user,
      readOnly(),
      async ({ lib }, profile) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const other = sandbox.spawn('cat')
        const answers: unknown[] = []
        const env = {
          PATH: process.env['PATH'],
          // Read when the command is planned.
          get ASKS() {
            answers.push(other.kill(0), (sandbox.spawn('true').pid ?? 0) > 0)
            return 'asked'
          },
        }
        const { stdout } = await sandbox.run('sh', ['-c', 'echo $ASKS'], { env })
        other.stdin?.end()
        const status = await new Promise((resolve) => other.once('close', resolve))
        return { stdout, answers, status }
      },
      { broker: ALWAYS_BROKER },
    )
    expect(seen).toEqual({ stdout: 'asked\n', answers: [true, true], status: 0 })
  })

  test('a command that cannot be planned leaves nothing behind', async () => {
    const seen = await withLibrary(
      user,
      readOnly(),
      async ({ lib, fs, attempt }, profile) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const { error } = await attempt(() => sandbox.run('true', [], { env: { BAD: 'a\0b' } }))
        const { exitCode } = await sandbox.run('sh', ['-c', 'exit 3'])
        const [broker = ''] = fs.readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ')
        // Those that have ended are reaped when the broker hears of it.
        const deadline = Date.now() + 10_000
        const running = (): string => fs.readFileSync(`/proc/${broker}/task/${broker}/children`, 'utf8')
        while (running() !== '' && Date.now() < deadline) {
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
        return { code: error?.code, exitCode, running: running() }
      },
      { broker: ALWAYS_BROKER },
    )
    expect(seen).toEqual({ code: 'POLICY_INVALID', exitCode: 3, running: '' })
  })
})
