import { expect, test } from 'vitest'
import { describeForUsers, hasFeature, stagedNode } from '../../support/index.ts'
import { makeScene, ours } from './scene.ts'
import { GREETING, startServer, startTlsServer } from './servers.ts'

const PASSED = { exitCode: 0, stdout: GREETING, stderr: '' }
/** curl(1): CURLE_COULDNT_CONNECT, CURLE_HTTP_RETURNED_ERROR, CURLE_RECV_ERROR, CURLE_PROXY. */
const CURL = { notConnected: 7, httpError: 22, tunnelRefused: 56, proxyRefused: 97 } as const

function refused(place: string): string {
  return `linux-sandbox: refused: ${place} (no rule allows it); allow it with --allow-host ${place}\n`
}

describeForUsers('--allow-host', ['curl'], (user) => {
  test('lets a command reach that host and port, and nothing is reached without it', async () => {
    const port = await startServer()
    const curl = ['curl', '-sS', `http://localhost:${port}/`]
    const scene = makeScene(user)
    expect(await ours(scene, ['--allow-host', `localhost:${port}`, ...curl])).toMatchObject(PASSED)
    expect(await ours(scene, curl)).toMatchObject({ exitCode: CURL.notConnected, stdout: '' })
    const byItself = ['curl', '-sS', '--noproxy', '*', `http://127.0.0.1:${port}/`]
    const end = await ours(scene, ['--allow-host', `localhost:${port}`, ...byItself])
    expect(end).toMatchObject({ exitCode: CURL.notConnected, stdout: '' })
    expect(end.stderr).not.toContain('refused:')
  })

  test.each([':read-only', ':danger-full-access'])('holds under %s', async (profile) => {
    const [port, other] = [await startServer(), await startServer()]
    const options = ['-P', profile, '--allow-host', `localhost:${port}`]
    const scene = makeScene(user)
    const script = `curl -sS http://localhost:${port}/; curl -sS --noproxy '*' http://127.0.0.1:${other}/`
    const end = await ours(scene, [...options, 'sh', '-c', script])
    expect(end).toMatchObject({ exitCode: CURL.notConnected, stdout: GREETING })
  })

  test('refuses another port, says so to the client, and on stderr when the command fails', async () => {
    const [port, other] = [await startServer(), await startServer()]
    const scene = makeScene(user)
    const options = ['--allow-host', `localhost:${port}`]
    const told = await ours(scene, [...options, 'curl', '-sSi', `http://localhost:${other}/`])
    expect(told).toMatchObject({ exitCode: 0, stderr: '' })
    expect(told.stdout).toMatch(/^HTTP\/1\.1 403 /)
    expect(told.stdout).toMatch(/^x-proxy-error: blocked-by-allowlist\r$/im)
    expect(told.stdout).toContain(`localhost:${other} is blocked: no rule allows it`)
    const failed = await ours(scene, [...options, 'curl', '-sSf', `http://localhost:${other}/`])
    expect(failed).toMatchObject({ exitCode: CURL.httpError, stdout: '' })
    expect(failed.stderr).toMatch(/^curl: \(22\) .*403\n/)
    expect(failed.stderr.replace(/^curl: .*\n/, '')).toBe(refused(`localhost:${other}`))
    // What the line says helps.
    const helped = [
      ...options,
      '--allow-host',
      `localhost:${other}`,
      'curl',
      '-sSf',
      `http://localhost:${other}/`,
    ]
    expect(await ours(scene, helped)).toMatchObject(PASSED)
  })

  test('tells of ten refused hosts at most, each once', async () => {
    const scene = makeScene(user)
    const script = 'for i in 1 1 2 3 4 5 6 7 8 9 10 11 12; do curl -sSf http://h$i.example/; done 2>/dev/null'
    const end = await ours(scene, ['--allow-host', 'a.example', 'sh', '-c', script])
    const names = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7', 'h8', 'h9', 'h10']
    const lines = names.map((name) => refused(`${name}.example:80`))
    expect(end.stderr).toBe(`${lines.join('')}linux-sandbox: refused: 2 others; --proxy-log has all\n`)
  })

  test('gives way to --deny-host, which names its rule', async () => {
    const port = await startServer()
    const curl = ['curl', '-sSf', `http://localhost:${port}/`]
    const scene = makeScene(user)
    const options = ['--allow-host', `localhost:${port}`]
    expect(await ours(scene, [...options, ...curl])).toMatchObject(PASSED)
    const end = await ours(scene, [...options, '--deny-host', 'localhost', ...curl])
    expect(end.exitCode).toBe(CURL.httpError)
    expect(end.stderr).toContain(`refused: localhost:${port} (the rule localhost denies it)\n`)
  })

  test('is for the methods that --allow-method names', async () => {
    const port = await startServer()
    const url = `http://localhost:${port}/`
    const scene = makeScene(user)
    const options = ['--allow-host', `localhost:${port}`, '--allow-method', 'GET']
    expect(await ours(scene, [...options, 'curl', '-sSf', url])).toMatchObject(PASSED)
    const post = ['curl', '-sSf', '-d', 'x', url]
    const end = await ours(scene, [...options, ...post])
    expect(end.exitCode).toBe(CURL.httpError)
    expect(end.stderr).toContain(
      `refused: POST to localhost:${port} (the method is not allowed); allow it with --allow-method POST\n`,
    )
    expect(await ours(scene, [...options, '--allow-method', 'POST', ...post])).toMatchObject(PASSED)
  })

  test.skipIf(!hasFeature('openssl'))('holds for https, which goes through a tunnel', async () => {
    const { port, certificate } = await startTlsServer(user)
    const other = await startTlsServer(user)
    const scene = makeScene(user)
    const options = ['--allow-host', `localhost:${port}`]
    const curl = (to: number): string[] => [
      'curl',
      '-sS',
      '--cacert',
      certificate,
      `https://localhost:${to}/`,
    ]
    expect(await ours(scene, [...options, ...curl(port)])).toMatchObject(PASSED)
    const end = await ours(scene, [...options, ...curl(other.port)])
    expect(end).toMatchObject({ exitCode: CURL.tunnelRefused, stdout: '' })
    expect(end.stderr).toContain(refused(`localhost:${other.port}`))
    const limited = await ours(scene, [...options, '--allow-method', 'GET', ...curl(port)])
    expect(limited.stderr).toContain('; allow it with --allow-method CONNECT\n')
    expect(await ours(scene, [...options, '--allow-method', 'CONNECT', ...curl(port)])).toMatchObject(PASSED)
  })

  test('holds for SOCKS, which ALL_PROXY names', async () => {
    const [port, other] = [await startServer(), await startServer()]
    const scene = makeScene(user)
    const options = ['--allow-host', `localhost:${port}`]
    const curl = (to: number): string[] => [
      'sh',
      '-c',
      `unset http_proxy; case $ALL_PROXY in socks5h:*) curl -sS http://localhost:${to}/;; esac`,
    ]
    expect(await ours(scene, [...options, ...curl(port)])).toMatchObject(PASSED)
    const end = await ours(scene, [...options, ...curl(other)])
    expect(end).toMatchObject({ exitCode: CURL.proxyRefused, stdout: '' })
    expect(end.stderr).toContain(refused(`localhost:${other}`))
  })

  test('leaves the names of loopback that it does not allow to the command', async () => {
    const scene = makeScene(user)
    const own = async (allowed: string, host: string): Promise<string> => {
      const script = `
        const server = require('http').createServer((_, answer) => answer.end('own'))
        server.listen(8080, '127.0.0.1', () => {
          const curl = require('child_process').spawn('curl', ['-sS', 'http://${host}:8080/'], { stdio: 'inherit' })
          curl.on('exit', () => process.exit())
        })`
      const { stdout } = await ours(scene, ['--allow-host', allowed, stagedNode(), '-e', script])
      return stdout
    }
    expect(await own('a.example', 'localhost')).toBe('own')
    expect(await own('localhost:8081', '127.0.0.1')).toBe('own')
    expect(await own('localhost:8081', 'localhost')).toContain('blocked-by-allowlist')
  })
})
