import { expect, test } from 'vitest'
import { describeForUsers, stagedNode } from '../../support/index.ts'
import { expectSame, makeWorkspace, runInWorkspace, runOutside } from './workload.ts'

const PROGRAM = `
import { execFile, execSync, fork, spawn, spawnSync } from 'node:child_process'
import cluster from 'node:cluster'
import { createHash, randomBytes, scryptSync } from 'node:crypto'
import dns from 'node:dns/promises'
import fs from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import os from 'node:os'
import { Worker } from 'node:worker_threads'
import { once } from 'node:events'

if (cluster.isWorker) {
  http.createServer((request, response) => response.end('worker')).listen(0, '127.0.0.1', function () { process.send(this.address().port) })
} else if (process.argv[2] === 'forked') {
  process.once('message', (message) => { process.send(message * 2); process.disconnect() })
} else {
  const sync = spawnSync('sh', ['-c', 'cat; exit 3'], { input: 'sync' })
  console.log(sync.status, String(sync.stdout), String(execSync('echo exec')))
  const child = spawn('cat'); child.stdin.end('async'); console.log(String((await once(child.stdout, 'data'))[0]))
  const forked = fork(process.argv[1], ['forked']); forked.send(21); console.log((await once(forked, 'message'))[0])

  const worker = new Worker('require("worker_threads").parentPort.postMessage(new Int32Array(new SharedArrayBuffer(4)).length)', { eval: true })
  console.log('worker', (await once(worker, 'message'))[0])

  const clustered = cluster.fork()
  const [port] = await once(clustered, 'message')
  console.log('cluster', await (await fetch('http://127.0.0.1:' + port)).text())
  clustered.kill()

  const server = http.createServer((request, response) => { request.pipe(response) })
  for (const host of ['127.0.0.1', 'localhost']) {
    await new Promise((resolve) => server.listen(0, host, resolve))
    const answer = await fetch('http://' + host + ':' + server.address().port, { method: 'POST', body: 'echo by ' + host })
    console.log(answer.status, await answer.text())
    await new Promise((resolve) => { server.closeAllConnections(); server.close(resolve) })
  }
  console.log('localhost', (await dns.lookup('localhost', { family: 4 })).address)
  console.log('loopback', os.networkInterfaces().lo.map((one) => one.address).includes('127.0.0.1'))
  console.log(os.cpus().length > 0, os.totalmem() > 0, os.tmpdir(), typeof os.hostname())
  console.log(createHash('sha256').update('x').digest('hex').slice(0, 8), randomBytes(4).length, scryptSync('a', 'b', 8).length)
  const watcher = fs.watch('.'); setTimeout(() => fs.writeFileSync('watched', ''), 10); console.log('watch', (await once(watcher, 'change'))[1]); watcher.close()
  await fs.promises.cp('program.mjs', 'copy.mjs'); console.log(fs.statSync('copy.mjs').size > 0)
  process.exit(0)
}
`

const PACKAGE = {
  'package.json': JSON.stringify({
    name: 'small',
    version: '1.0.0',
    type: 'module',
    scripts: { pretest: 'echo before', test: 'node --test', posttest: 'echo after' },
  }),
  'sum.js': 'export const sum = (...all) => all.reduce((a, b) => a + b, 0)\n',
  'test/sum.test.js': `
    import { test } from 'node:test'
    import assert from 'node:assert/strict'
    import { spawnSync } from 'node:child_process'
    import { sum } from '../sum.js'
    test('sums', () => assert.equal(sum(1, 2), 3))
    test('starts programs', () => assert.equal(String(spawnSync('echo', ['x']).stdout), 'x\\n'))
    test.skip('later')
  `,
  'test/other.test.js': `import { test } from 'node:test'\ntest('other', () => new Promise((resolve) => setTimeout(resolve, 5)))\n`,
}

describeForUsers('Node works in a sandbox as outside', [], (user) => {
  test('with processes, workers, clusters, servers on loopback and watched files', async () => {
    const stdout = await expectSame(user, {
      files: { 'program.mjs': PROGRAM },
      command: [stagedNode(), 'program.mjs'],
    })
    expect(stdout).toContain('200 echo by localhost\n')
    expect(stdout).toContain('cluster worker\n')
    expect(stdout).toContain('watch watched\n')
  })
})

/** What the runner says at its end, without the time that it took. */
function counts(text: string): unknown {
  return text.match(/^[#ℹ] (tests|pass|fail|skipped) \d+$/gm)
}

describeForUsers('npm test of a small package', ['npm'], (user) => {
  test.each([
    { why: 'passes', files: PACKAGE, status: 0 },
    { why: 'fails', files: { ...PACKAGE, 'sum.js': 'export const sum = () => 4\n' }, status: 1 },
  ])('$why inside as outside', async ({ files, status }) => {
    // `node` is the one of this machine, whichever it is.
    const workload = {
      files,
      command: ['sh', '-c', 'npm test 2>&1'],
      env: { npm_config_cache: '/tmp/npm-cache-of-a-test', npm_config_update_notifier: 'false' },
    } as const
    const inside = makeWorkspace(user, files)
    const outside = makeWorkspace(user, files)
    const result = await runInWorkspace(user, inside, {
      ...workload,
      env: { ...workload.env, npm_config_cache: `${inside}/cache` },
    })
    const twin = await runOutside(user, outside, {
      ...workload,
      env: { ...workload.env, npm_config_cache: `${outside}/cache` },
    })
    expect(counts(result.stdout)).toHaveLength(4)
    expect(counts(result.stdout)).toEqual(counts(twin.stdout))
    expect([result.exitCode, twin.exitCode]).toEqual([status, status])
    expect(result.stdout).toContain('before\n')
    expect(result.stdout.includes('after\n')).toBe(status === 0)
  })
})
