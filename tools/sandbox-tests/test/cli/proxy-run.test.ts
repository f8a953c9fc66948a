import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  describeForUsers,
  descendantsOf,
  runProgram,
  stagedNode,
  stagedProgram,
  startProgram,
  survivorsOf,
  until,
  type ProgramEnd,
  type TestUser,
} from '../../support/index.ts'
import { expectRefusal } from '../bad-input/programs.ts'
import { makeScene, ours } from './scene.ts'
import { GREETING, startServer } from './servers.ts'

/** Runs the multitool by a shell that does something to its descriptors first: `redirections`. */
async function redirected(
  user: TestUser,
  redirections: string,
  words: readonly string[],
  cwd = '/',
): Promise<ProgramEnd> {
  const program = [stagedNode(), stagedProgram('linux-sandbox'), ...words]
  return await runProgram(user, 'sh', ['-c', `"$@" ${redirections}`, 'sh', ...program], { cwd })
}

describeForUsers('a command with a proxy of its own', ['curl'], (user) => {
  test.each([
    { script: 'exit 7', exitCode: 7, signal: null },
    { script: 'kill -USR1 $$', exitCode: 138, signal: null },
    { script: 'exit 0', exitCode: 0, signal: null },
  ])('ends as it ends: $script', async ({ script, ...end }) => {
    const scene = makeScene(user)
    const words = ['--allow-host', 'a.example', 'sh', '-c', script]
    expect(await ours(scene, words)).toMatchObject({ ...end, stderr: '' })
  })

  test('gets the signals, and leaves no process and no connection when it ends', async () => {
    let open = 0
    const port = await startServer((request, response) => {
      open += 1
      request.socket.once('close', () => (open -= 1))
      response.write(GREETING) // and no end
    })
    const url = `http://localhost:${port}/`
    const tunnel = `curl -sSN -p -x "$http_proxy" ${url} & curl -sSN ${url} & wait; wait`
    const words = [
      '-P',
      ':read-only',
      '--allow-host',
      `localhost:${port}`,
      'sh',
      '-c',
      `echo begun; ${tunnel}`,
    ]
    const started = startProgram(user, stagedNode(), [stagedProgram('linux-sandbox'), ...words])
    await started.wrote('begun')
    await until(() => open === 2)
    const processes = descendantsOf(started.pid)
    expect(processes).not.toEqual([])
    started.child.kill('SIGTERM')
    expect(await started.ended).toMatchObject({ exitCode: null, signal: 'SIGTERM' })
    await until(() => open === 0 && survivorsOf(processes).length === 0)
  })

  test('leaves no connection when it was killed', async () => {
    let open = 0
    const port = await startServer((request, response) => {
      open += 1
      request.socket.once('close', () => (open -= 1))
      response.write(GREETING)
    })
    const words = ['--allow-host', `localhost:${port}`, 'curl', '-sSN', `http://localhost:${port}/`]
    const started = startProgram(user, stagedNode(), [stagedProgram('linux-sandbox'), ...words])
    await started.wrote(GREETING)
    const processes = descendantsOf(started.pid)
    started.child.kill('SIGKILL')
    await until(() => open === 0 && survivorsOf(processes).length === 0)
  })

  test('does not wait for what its processes left open', async () => {
    const port = await startServer((_request, response) => void response.write(GREETING))
    const curl = `curl -sSN http://localhost:${port}/`
    const words = [
      '--allow-host',
      `localhost:${port}`,
      'sh',
      '-c',
      `(${curl} >got &); until [ -s got ]; do sleep 0.05; done; exit 3`,
    ]
    expect(await ours(makeScene(user), words)).toMatchObject({ exitCode: 3, stderr: '' })
  })

  test.each(['<&-', '<&- >&-', '<&- >&- 2>&-'])('works with %s', async (redirections) => {
    const port = await startServer()
    const { top } = makeScene(user)
    const curl = ['curl', '-sS', '-o', 'got', `http://localhost:${port}/`]
    const words = ['--allow-host', `localhost:${port}`, ...curl]
    expect(await redirected(user, redirections, words, join(top, 'w'))).toMatchObject({ exitCode: 0 })
    expect(readFileSync(join(top, 'w/got'), 'utf8')).toBe(GREETING)
  })

  test('has what was refused in its result', async () => {
    const [port, other] = [await startServer(), await startServer()]
    const curl = (to: number): string => `curl -sS -o /dev/null http://localhost:${to}/`
    const script = `${curl(port)}; ${curl(other)}; ${curl(other)}`
    const words = ['-P', ':read-only', '--allow-host', `localhost:${port}`, '--json', '3', 'sh', '-c', script]
    const { stdout } = await redirected(user, '3>&1 >/dev/null', words)
    expect(JSON.parse(stdout)).toMatchObject({
      exitCode: 0,
      enforced: { network: 'private' },
      refusedRequests: 2,
      refused: [
        {
          host: 'localhost',
          port: other,
          reason: 'blocked-by-allowlist',
          message: `localhost:${other} is blocked: no rule allows it`,
          requests: 2,
        },
      ],
    })
    const without = await redirected(user, '3>&1', ['-P', ':read-only', '--json', '3', 'true'])
    expect(JSON.parse(without.stdout)).not.toHaveProperty('refused')
  })

  test('is logged: a line for each decision, added to a file for this user alone', async () => {
    const [port, other] = [await startServer(), await startServer()]
    const scene = makeScene(user)
    const curl = (to: number): string => `curl -sS -o /dev/null http://localhost:${to}/`
    const words = ['--proxy-log', 'TOP/log', '--allow-host', `localhost:${port}`, 'sh', '-c']
    for (const to of [port, other])
      expect(await ours(scene, [...words, curl(to)])).toMatchObject({ exitCode: 0 })
    const log = join(scene.top, 'log')
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ status: 'allowed', port, rule: `localhost:${port}` }),
      expect.objectContaining({ status: 'blocked', port: other, reason: 'blocked-by-allowlist' }),
    ])
    expect(statSync(log)).toMatchObject({ uid: user.uid, mode: 0o100600 })
  })

  test('is logged to a descriptor, which the command does not get', async () => {
    const port = await startServer()
    const script = `curl -sS -o /dev/null http://localhost:${port}/; echo forged >&3`
    const words = ['--proxy-log', '3', '--allow-host', `localhost:${port}`, 'sh', '-c', script]
    const end = await redirected(user, '3>&1 >/dev/null 2>/dev/null', ['-P', ':read-only', ...words])
    expect(end.stdout).toMatch(/^\{"time":"[^\n]*"status":"allowed"\}\n$/)
    const onStderr = await redirected(user, '', [
      '--proxy-log',
      '2',
      ...words.slice(2, -1),
      script.slice(0, -18),
    ])
    expect(onStderr.stderr).toMatch(/^\{"time":.*\}\n$/)
  })

  test('goes on when nobody reads the log', async () => {
    const port = await startServer()
    const curl = `curl -sS http://localhost:${port}/`
    const words = ['-P', ':read-only', '--proxy-log', '3', '--allow-host', `localhost:${port}`]
    const program = [stagedNode(), stagedProgram('linux-sandbox'), ...words, 'sh', '-c', `${curl}; ${curl}`]
    const script = '{ { "$@" 3>&1 >&4; echo " $?" >&4; } | true; } 4>&1'
    const { stdout, stderr } = await runProgram(user, 'sh', ['-c', script, 'sh', ...program])
    expect(stdout).toBe(`${GREETING}${GREETING} 0\n`)
    expect(stderr).toMatch(/^linux-sandbox: the log of the proxy ends here: .*EPIPE.*\n$/)
  })

  test.each([
    { log: 'TOP/w/log', options: [] },
    { log: 'log', options: [] },
    { log: '/tmp/log', options: [] },
    { log: 'TOP/link', options: [] },
    { log: 'TOP/home/log', options: ['-c', 'sandbox_workspace_write.writable_roots=["TOP/home"]'] },
  ])('is not logged to $log, which it could change', async ({ log, options }) => {
    const scene = makeScene(user)
    await runProgram(user, 'ln', ['-s', 'w/log', join(scene.top, 'link')])
    const words = [...options, '--proxy-log', log, '--allow-host', 'a.example', 'touch', 'TOP/w/ran']
    expectRefusal(await ours(scene, words), 125, /the command could change the log \S+, which is to say/)
    expect(existsSync(join(scene.top, 'w/log'))).toBe(false)
    expect(existsSync(join(scene.top, 'w/ran'))).toBe(false)
    const elsewhere = ['--proxy-log', 'TOP/log', ...words.slice(options.length + 2)]
    expect(await ours(scene, elsewhere)).toMatchObject({ exitCode: 0, stderr: '' })
  })
})
