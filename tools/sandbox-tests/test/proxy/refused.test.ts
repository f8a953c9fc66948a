import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers, describeOnHost, makeDirectory, runScenario } from '../../support/index.ts'
import { READ_ONLY, runHelper, urlOf } from './commands.ts'
import { answering, silent, startUpstream, unusedPort } from './upstream.ts'

const STARTED = ['echo', 'started'] as const

describeForUsers('a command that cannot be led to its proxies', [], (user) => {
  test('is not started without a variable that names one', async () => {
    for (const env of [{}, { HTTP_PROXY: ' ', NO_PROXY: '*', GRPC_PROXY: 'http://127.0.0.1:1' }]) {
      const end = await runHelper(user, { env: env as Record<string, string>, command: STARTED })
      expect(end).toMatchObject({ exitCode: 125, stdout: '' })
      expect(end.stderr).toMatch(
        /failed to prepare host proxy routing bridge: managed proxy mode requires proxy environment variables/,
      )
    }
    expect(await runHelper(user, { flags: [], command: STARTED })).toMatchObject({ stdout: 'started\n' })
  })

  test('is not started when none is on loopback, and is told of each, without credentials', async () => {
    const env = {
      HTTP_PROXY: 'http://me:hunter2@proxy.example:3128',
      HTTPS_PROXY: 'http://me:hunter2@0.0.0.0:3128',
      ALL_PROXY: 'http://127.0.0.1:0',
      FTP_PROXY: 'http://me:hunter2@a b',
    }
    const end = await runHelper(user, { env, command: STARTED })
    expect(end).toMatchObject({ exitCode: 125, stdout: '' })
    expect(end.stderr).toMatch(/managed proxy mode requires parseable loopback proxy endpoints/)
    for (const text of ['proxy.example is not on loopback', '0.0.0.0', ...Object.keys(env)])
      expect(end.stderr).toContain(text)
    expect(end.stderr).not.toContain('hunter2')
    const { error } = await runScenario(user, {
      sandbox: { profile: READ_ONLY, proxy: { from: 'environment' } },
      command: STARTED,
      run: { env: { PATH: '/usr/bin:/bin', ...env } },
    })
    expect(error).toMatchObject({ name: 'ProxyRouteError', code: 'PROXY_NOT_ROUTABLE', exitStatus: 125 })

    // One that can be used is enough; the others are left as they are.
    const { port } = await startUpstream(answering('there'))
    const used = { ...env, ALL_PROXY: urlOf(port) }
    const command = ['sh', '-c', 'echo "$HTTP_PROXY"']
    expect((await runHelper(user, { env: used, command })).stdout).toBe(`${env.HTTP_PROXY}\n`)
  })

  test('is not started when one has a port that is not among the ports of the proxies', async () => {
    const [one, other] = [await startUpstream(silent), await startUpstream(silent)]
    const env = { HTTP_PROXY: urlOf(one.port), ALL_PROXY: urlOf(other.port) }
    const run = { env, command: STARTED }
    const flags = (...loopbackPorts: number[]) => ['--managed-network', JSON.stringify({ loopbackPorts })]
    const end = await runHelper(user, { ...run, flags: flags(one.port) })
    expect(end).toMatchObject({ exitCode: 125, stdout: '' })
    expect(end.stderr).toMatch(/proxy endpoint is outside the managed sandbox context.*ALL_PROXY/s)
    const both = await runHelper(user, { ...run, flags: flags(one.port, other.port) })
    expect(both).toMatchObject({ exitCode: 0, stdout: 'started\n' })
    expect(one.streams.length + other.streams.length).toBe(0)
  })

  test('is not started when there are more of them than can be led to', async () => {
    const environment = (count: number): Record<string, string> =>
      Object.fromEntries(
        ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'FTP_PROXY']
          .concat(['ftp_proxy', 'WS_PROXY', 'ws_proxy', 'WSS_PROXY', 'wss_proxy', 'PIP_PROXY', 'pip_proxy'])
          .concat(['NPM_CONFIG_PROXY', 'npm_config_proxy', 'YARN_HTTP_PROXY'])
          .slice(0, count)
          .map((name, index) => [name, urlOf(2000 + index)]),
      )
    expect(await runHelper(user, { env: environment(16), command: STARTED })).toMatchObject({
      stdout: 'started\n',
    })
    const end = await runHelper(user, { env: environment(17), command: STARTED })
    expect(end).toMatchObject({ exitCode: 125, stdout: '' })
    expect(end.stderr).toMatch(/at most 16 can be routed/)
  })

  test.each(['{', '{"loopbackPorts":[70000]}', '{"dangerouslyAllowAllUnixSockets":1}', '"x"', '[1]'])(
    'is not started for %s',
    async (json) => {
      const env = { HTTP_PROXY: urlOf(await unusedPort()) }
      const run = { env, command: STARTED }
      const end = await runHelper(user, { ...run, flags: ['--managed-network', json] })
      expect(end).toMatchObject({ exitCode: 2, stdout: '' })
      expect(end.stderr).toMatch(/managed network context/)
      expect(await runHelper(user, { ...run, flags: ['--managed-network', '[]'] })).toMatchObject({
        stdout: 'started\n',
      })
    },
  )

  test.each([
    { http: 'http://me:secret@127.0.0.1:3128', why: /proxy/ },
    { http: 'http://proxy.example:3128', why: /not on loopback/ },
    { http: 'https://127.0.0.1:3128', why: /proxy/ },
    { http: 'http://127.0.0.1:3128/path', why: /proxy/ },
    { http: 'http://127.0.0.1:0', why: /port/ },
  ])('is not started when it is to use $http', async ({ http, why }) => {
    const run = (proxy: { http: string }) =>
      runScenario(user, { sandbox: { profile: READ_ONLY, proxy }, command: STARTED })
    const { error } = await run({ http })
    expect(error).toMatchObject({ name: 'ProxyRouteError', code: 'PROXY_NOT_ROUTABLE', exitStatus: 125 })
    expect(error?.message).toMatch(why)
    expect(JSON.stringify(error)).not.toContain('secret')
    const { result } = await run({ http: 'http://127.0.0.1:3128' })
    expect(result).toMatchObject({ stdout: 'started\n' })
  })

  test('is started when its proxy is not there yet, and not when the path can be none of a socket', async () => {
    const path = join(makeDirectory(user), 'not-there.sock')
    const env = { HTTP_PROXY: `unix:${path}` }
    // A proxy may come later: its clients are reset until then.
    expect(await runHelper(user, { env, command: STARTED })).toMatchObject({ stdout: 'started\n' })
    const long = { HTTP_PROXY: `unix:/${'x'.repeat(200)}` }
    expect(await runHelper(user, { env: long, command: STARTED })).toMatchObject({
      exitCode: 125,
      stdout: '',
    })
  })
})

describeOnHost('under Landlock', ['landlock'], (user) => {
  test('no command is led to proxies, and none is started', async () => {
    const { port } = await startUpstream(silent)
    const proxies = [{ from: 'environment' }, { http: urlOf(port) }] as const
    for (const proxy of proxies) {
      const sandbox = { profile: READ_ONLY, backend: 'landlock' } as const
      const run = { env: { PATH: '/usr/bin:/bin', HTTP_PROXY: urlOf(port) } }
      const { error } = await runScenario(user, { sandbox: { ...sandbox, proxy }, command: STARTED, run })
      expect(error).toMatchObject({ name: 'PolicyUnsupportedError', exitStatus: 125 })
      expect(error?.message).toMatch(/proxy.*Landlock makes no namespaces/)
      const { result } = await runScenario(user, { sandbox, command: STARTED, run })
      expect(result).toMatchObject({ stdout: 'started\n' })
    }
    for (const flag of [['--managed-network', '{}'], ['--allow-network-for-proxy']]) {
      const flags = ['--use-legacy-landlock', ...flag]
      const end = await runHelper(user, { env: { HTTP_PROXY: urlOf(port) }, flags, command: STARTED })
      expect(end).toMatchObject({ exitCode: 2, stdout: '' })
      expect(end.stderr).toMatch(/contradicts.*Landlock leaves the command no network/)
    }
  })
})
