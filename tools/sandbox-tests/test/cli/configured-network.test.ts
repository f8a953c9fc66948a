import { createServer } from 'node:net'
import { join } from 'node:path'
import { chmodSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { describeForUsers } from '../../support/index.ts'
import { expectRefusal } from '../bad-input/programs.ts'
import { makeScene, ours, type Scene } from './scene.ts'
import { GREETING, startServer } from './servers.ts'

const PASSED = { exitCode: 0, stdout: GREETING, stderr: '' }

/** A scene with the profile `dev`, which is `:workspace` with `network` in its table of the network. */
function sceneWith(user: Scene['user'], network: string): Scene {
  return makeScene(user, {
    'a.toml': `[permissions.dev]\nextends = ":workspace"\n[permissions.dev.network]\n${network}\n`,
  })
}

const DEV = ['--config', 'TOP/a.toml', '-P', 'dev']

const curl = (port: number): string[] => ['curl', '-sSf', `http://localhost:${port}/`]

describeForUsers('the network of a profile', ['curl'], (user) => {
  test.each(['', 'enabled = true\n'])('is what its domains allow: %j', async (enabled) => {
    const [port, denied, other] = [await startServer(), await startServer(), await startServer()]
    const domains = `"LOCALHOST:${port}" = "allow", "localhost:${denied}" = "deny"`
    const scene = sceneWith(user, `${enabled}domains = { ${domains} }`)
    expect(await ours(scene, [...DEV, ...curl(port)])).toMatchObject(PASSED)
    const refused = await ours(scene, [...DEV, ...curl(other)])
    expect(refused.stderr).toContain(`refused: localhost:${other} (no rule allows it); `)
    const options = [...DEV, '--allow-host', 'localhost']
    expect(await ours(scene, [...options, ...curl(other)])).toMatchObject(PASSED)
    const byRule = await ours(scene, [...options, ...curl(denied)])
    expect(byRule.stderr).toContain(`refused: localhost:${denied} (the rule localhost:${denied} denies it)\n`)
    const direct = ['curl', '-sS', '--noproxy', '*', `http://127.0.0.1:${port}/`]
    expect(await ours(scene, [...DEV, ...direct])).toMatchObject({ exitCode: 7 })
  })

  test('is set by overrides, and set aside by --network', async () => {
    const port = await startServer()
    const scene = sceneWith(user, 'domains = { "localhost" = "allow" }')
    const override = ['-c', `permissions.dev.network.domains."localhost:${port}"=deny`]
    const refused = await ours(scene, [...DEV, ...override, ...curl(port)])
    expect(refused.stderr).toContain('denies it)')
    expect(await ours(scene, [...DEV, '-n', 'restricted', ...curl(port)])).toMatchObject({ exitCode: 7 })
    expect(await ours(scene, [...DEV, '-n', 'enabled', ...override, ...curl(port)])).toMatchObject(PASSED)
    const off = ['-c', 'permissions.dev.network.enabled=false', ...curl(port)]
    const end = await ours(scene, [...DEV, ...off])
    expect(end).toMatchObject({ exitCode: 7, stdout: '', stderr: expect.stringMatching(/^curl: /) as string })
  })

  test('with a limited mode takes requests that only read, and what --allow-method adds', async () => {
    const port = await startServer()
    const scene = sceneWith(user, `mode = "limited"\ndomains = { "localhost:${port}" = "allow" }`)
    expect(await ours(scene, [...DEV, ...curl(port)])).toMatchObject(PASSED)
    const post = [...curl(port), '-d', 'x']
    const end = await ours(scene, [...DEV, ...post])
    expect(end.stderr).toContain('allow it with --allow-method POST\n')
    expect(await ours(scene, [...DEV, '--allow-method', 'POST', ...post])).toMatchObject(PASSED)
    expect(await ours(scene, [...DEV, '--allow-method', 'POST', ...curl(port)])).toMatchObject(PASSED)
  })

  test.each([
    { key: '', value: 'socks5h://127.0.0.1:3128' },
    { key: 'enable_socks5 = false\n', value: 'http://127.0.0.1:3128' },
  ])('names SOCKS unless it is told not to: %j', async ({ key, value }) => {
    const scene = sceneWith(user, `${key}domains = { "a.example" = "allow" }`)
    const end = await ours(scene, [...DEV, 'sh', '-c', 'echo $ALL_PROXY'])
    expect(end).toMatchObject({ stdout: `${value}\n`, stderr: '' })
  })

  test('can be proxies of somebody else, by the profile or by the environment', async () => {
    const asked: (string | undefined)[] = []
    const port = await startServer((request, response) => {
      asked.push(request.url)
      response.end(GREETING)
    })
    const elsewhere = ['curl', '-sSf', 'http://a.example/x']
    const proxy = `http://localhost:${port}`
    const scene = sceneWith(user, `proxy_url = "${proxy}"`)
    expect(await ours(scene, [...DEV, ...elsewhere])).toMatchObject(PASSED)
    const variables = { http_proxy: proxy }
    expect(await ours(scene, ['--use-proxy', ...elsewhere], variables)).toMatchObject(PASSED)
    expect(asked).toEqual(['http://a.example/x', 'http://a.example/x'])
    expect(await ours(scene, elsewhere, variables)).toMatchObject({ exitCode: 7, stdout: '' })
    const unnamed = await ours(scene, ['--use-proxy', 'true'])
    expectRefusal(unnamed, 125, /managed proxy mode requires proxy environment variables/)
  })

  test('has sockets of the host only where it is told so', async () => {
    const key = 'dangerously_allow_all_unix_sockets = '
    const scene = sceneWith(user, `${key}false`)
    const path = join(scene.top, 'socket')
    const server = createServer((socket) => void socket.end('HTTP/1.0 200 OK\r\n\r\n' + GREETING))
    await new Promise<void>((done) => server.listen(path, done))
    onTestFinished(() => void server.close())
    chmodSync(path, 0o777)
    const command = ['curl', '-sS', '--unix-socket', path, 'http://x/']
    expect(await ours(scene, [...DEV, ...command])).toMatchObject({ exitCode: 7, stdout: '' })
    const override = ['-c', `permissions.dev.network.${key}true`]
    expect(await ours(scene, [...DEV, ...override, ...command])).toMatchObject(PASSED)
    expect((await ours(scene, ['explain', ...DEV, ...override])).stdout).toMatch(
      /^network {4}restricted: .*, and every Unix socket that can be seen$/m,
    )
  })

  test.each([
    { words: ['-n', 'enabled', '--allow-host', 'x'], message: /--allow-host contradicts --network enabled/ },
    { words: ['-n', 'enabled', '--use-proxy'], message: /--use-proxy contradicts --network enabled/ },
    { words: ['--use-proxy', '--deny-host', 'x'], message: /--deny-host contradicts --use-proxy/ },
    { words: ['--deny-host', 'x'], message: /--deny-host needs --allow-host/ },
    { words: ['--allow-method', 'GET'], message: /--allow-method needs --allow-host/ },
    {
      words: ['--use-legacy-landlock', '--allow-host', 'x'],
      message: /--allow-host contradicts --use-legacy-landlock/,
    },
    {
      words: ['--proxy-log', '2'],
      message: /--proxy-log is about the proxy of --allow-host, and there is none/,
    },
    {
      words: ['--proxy-log', '9', '--allow-host', 'x'],
      message: /--proxy-log takes a file, or the number of a descriptor above 1 .*, not "9"/,
    },
    {
      words: ['--proxy-log', '/nowhere/log', '--allow-host', 'x'],
      message: /--proxy-log "\/nowhere\/log" cannot be opened: ENOENT/,
    },
    {
      words: [
        '--allow-host',
        'https://x',
        '--allow-host',
        'y',
        '--deny-host',
        'x:0',
        '--allow-method',
        'get',
      ],
      message:
        /: --allow-method: "get" is no method, .*; --allow-host: "https:\/\/x" is a URL; .*; --deny-host: "x:0" is no host/,
    },
    {
      words: ['-c', 'permissions.a.network.domains."https://x"=allow', '-P', 'a'],
      message: /permissions\.a\.network\.domains\."https:\/\/x": .*is a URL; .* \(in -c permissions\./,
    },
  ])('is refused where it means nothing: $words', async ({ words, message }) => {
    const scene = makeScene(user)
    expectRefusal(await ours(scene, [...words, 'true']), 2, message)
  })

  test('takes no options beside proxies of somebody else, and no Landlock', async () => {
    const scene = sceneWith(user, 'proxy_url = "http://127.0.0.1:1"')
    const options = ['--allow-host', 'a.example']
    expectRefusal(await ours(scene, [...DEV, ...options, 'true']), 2, /contradicts proxy_url and socks_url/)
    expect(await ours(scene, [...DEV, '-n', 'restricted', ...options, 'true'])).toMatchObject({ exitCode: 0 })
    const landlock = ['-c', 'use_legacy_landlock=true']
    expectRefusal(await ours(scene, [...landlock, ...options, 'true']), 125, /"proxy".*Landlock/)
    const domains = sceneWith(user, 'domains = {}')
    expectRefusal(
      await ours(domains, [...DEV, '--use-proxy', 'true']),
      2,
      /contradicts domains of the profile/,
    )
  })

  test('is explained, and does not change what check says', async () => {
    const scene = sceneWith(
      user,
      'mode = "limited"\ndomains = { "a.example" = "allow", "b.example" = "deny" }',
    )
    const options = [...DEV, '--allow-host', '[::1]:80']
    const { stdout } = await ours(scene, ['explain', ...options])
    expect(stdout).toMatch(/^network {4}proxied: its own, with a proxy that lets through what rules allow$/m)
    expect(stdout).toContain(
      '\nHosts that can be reached, through a proxy of linux-sandbox:\n  deny     b.example  (line 5)\n  allow    a.example  (line 5)\n  allow    [::1]:80  (--allow-host)\n  methods  GET, HEAD, OPTIONS\n\n',
    )
    const json = await ours(scene, ['explain', ...options, '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({
      network: 'restricted',
      proxy: { kind: 'filtered', allow: ['a.example', '[::1]:80'], deny: ['b.example'], socks: true },
    })
    const variables = { HTTPS_PROXY: 'http://me:secret@[::1]:3128', FTP_PROXY: 'http://me:secret@x.example' }
    const proxies = await ours(scene, ['explain', '--use-proxy'], variables)
    expect(proxies.stdout).toContain(
      '\nProxies that the environment names:\n  [::1]:3128  HTTPS_PROXY\n  not used    FTP_PROXY: its host x.example is not on loopback\n\n',
    )
    const check = ['check', '--write', '.', '/etc']
    expect(await ours(scene, [...check, ...options])).toEqual(await ours(scene, [...check, ...DEV]))
  })
})
