import { expect, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { nodeCommand, runHelper, startHelper, urlOf } from './commands.ts'
import { echoing, silent, startUpstream, unusedPort, type Upstream } from './upstream.ts'

/** What each stream begins with: a magic, the length in two bytes, and the token. @see docs/managed-proxy.md */
function frameOf(token: string): string {
  const magic = '\0CDXPXY1'
  return `${magic}\0${String.fromCharCode(token.length)}${token}`
}

const NAMES = ['ALL_PROXY', 'HTTP_PROXY', 'HTTPS_PROXY'] as const

/** Three variables, the last two of which name the same endpoint. */
function environmentFor(token: string, [one, two]: readonly [Upstream, Upstream]) {
  return {
    CODEX_NETWORK_PROXY_ATTRIBUTION: token,
    ALL_PROXY: `socks5h://127.0.0.1:${one.port}`,
    HTTP_PROXY: urlOf(two.port),
    HTTPS_PROXY: urlOf(two.port),
  }
}

/** Many connections by each variable, all of them open at once; what each says has its own words. */
const TALK = `
  console.log(JSON.stringify(Object.entries(process.env).filter(([name, value]) => /ATTRIBUTION/.test(name) || /secret/.test(value))))
  await line()
  const answers = await Promise.all(${JSON.stringify(NAMES)}.flatMap((name) => Array.from({ length: 20 }, async (_, index) => {
    const socket = connect(name)
    socket.end([process.env.SANDBOX, name, index, ''].join(' '))
    return [name, await whole(socket)]
  })))
  console.log(JSON.stringify(answers))`

describeForUsers('two proxied commands at once', [], (user) => {
  test('never cross, and each stream begins with its own token, which the command does not see', async () => {
    const shared = await startUpstream(echoing)
    const own = [await startUpstream(echoing), await startUpstream(echoing)] as const
    const runs = ['one', 'two'].map((sandbox, index) => {
      const token = `secret-of-${sandbox}`
      const env = { ...environmentFor(token, [own[index]!, shared]), SANDBOX: sandbox }
      return { sandbox, token, program: startHelper(user, { env, command: nodeCommand(TALK) }) }
    })
    for (const { program } of runs) await program.wrote('[]\n')
    for (const { program } of runs) program.child.stdin?.write('\n')
    for (const { sandbox, token, program } of runs) {
      const { exitCode, stdout } = await program.ended
      expect(exitCode).toBe(0)
      const answers = JSON.parse(stdout.split('\n')[1]!) as [string, string][]
      const expected = NAMES.flatMap((name) =>
        Array.from({ length: 20 }, (_, index) => [name, `${frameOf(token)}${sandbox} ${name} ${index} `]),
      )
      expect(answers).toEqual(expected)
    }
    const saidTo = (upstream: Upstream, sandbox: string): number =>
      upstream.streams.filter(({ said }) =>
        said().startsWith(`${frameOf(`secret-of-${sandbox}`)}${sandbox} `),
      ).length
    expect([shared.streams.length, saidTo(shared, 'one'), saidTo(shared, 'two')]).toEqual([80, 40, 40])
    expect([own[0].streams.length, saidTo(own[0], 'one')]).toEqual([20, 20])
    expect([own[1].streams.length, saidTo(own[1], 'two')]).toEqual([20, 20])
  })

  test('that do not know each other may have the same ports inside', async () => {
    const port = await unusedPort()
    const upstreams = await Promise.all(
      ['127.0.1.1', '127.0.1.2'].map((host) =>
        startUpstream((socket) => socket.end(`that is ${host}`), { host, port }),
      ),
    )
    const script = `console.log(process.env.HTTP_PROXY, await whole(connect('HTTP_PROXY')))`
    const ends = await Promise.all(
      ['127.0.1.1', '127.0.1.2'].map((host) =>
        runHelper(user, { env: { HTTP_PROXY: `http://${host}:${port}` }, command: nodeCommand(script) }),
      ),
    )
    expect(ends.map(({ stdout }) => stdout)).toEqual([
      `${urlOf(port)} that is 127.0.1.1\n`,
      `${urlOf(port)} that is 127.0.1.2\n`,
    ])
    expect(upstreams.map(({ streams }) => streams.length)).toEqual([1, 1])
  })
})

describeForUsers('without an attribution token', [], (user) => {
  test('streams begin with what the command says', async () => {
    const upstream = await startUpstream(echoing)
    const script = `const socket = connect('HTTP_PROXY'); socket.end('words'); console.log(await whole(socket))`
    const env = { HTTP_PROXY: urlOf(upstream.port) }
    expect((await runHelper(user, { env, command: nodeCommand(script) })).stdout).toBe('words\n')
  })

  test.each(['', 'x'.repeat(129)])('nothing is started with one of %j', async (token) => {
    const upstream = await startUpstream(silent)
    const env = { HTTP_PROXY: urlOf(upstream.port), CODEX_NETWORK_PROXY_ATTRIBUTION: token }
    const end = await runHelper(user, { env, command: ['echo', 'started'] })
    expect(end).toMatchObject({ exitCode: 125, stdout: '' })
    expect(end.stderr).toMatch(/cannot be attributed/)
    const longest = { ...env, CODEX_NETWORK_PROXY_ATTRIBUTION: 'x'.repeat(128) }
    expect(await runHelper(user, { env: longest, command: ['echo', 'started'] })).toMatchObject({
      stdout: 'started\n',
    })
  })
})

describeForUsers('the plumbing', [], (user) => {
  test('has no socket where the command can see one', async () => {
    const upstream = await startUpstream(echoing)
    const script = `
      const socketsOf = (pid) => fs.readdirSync('/proc/' + pid + '/fd').map((name) => {
        // The listing itself was a descriptor.
        try { return fs.readlinkSync('/proc/' + pid + '/fd/' + name) } catch (error) { if (error.code !== 'ENOENT') throw error; return '' }
      }).filter((target) => target.startsWith('socket:')).length
      const sockets = (pid) => { try { return socketsOf(pid) } catch ({ code }) { return code } }
      const processes = fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))
      const names = processes.map((pid) => fs.readFileSync('/proc/' + pid + '/comm', 'utf8').trim())
      console.log(sockets('self'), sockets(1), names.join())
      const held = connect('HTTP_PROXY')
      await once(held, 'connect')
      console.log(sockets('self'))`
    const end = await runHelper(user, {
      env: { HTTP_PROXY: urlOf(upstream.port) },
      // Its own streams are sockets in Node.
      command: ['sh', '-c', '"$@" </dev/null 2>/dev/null | cat', 'sh', ...nodeCommand(script)],
    })
    // Pid 1 cannot be looked into at all.
    expect(end.stdout).toBe('0 EACCES sandbox-enter,sh,node,cat\n1\n')
  })
})
