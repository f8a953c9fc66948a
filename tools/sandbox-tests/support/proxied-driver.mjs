// Runs one command in a sandbox that leads to an egress proxy of this process, both given as JSON on stdin, and prints as JSON how it
// ended and what the proxy decided. Started by managed.ts as the user of a test.
import { readFileSync } from 'node:fs'
import { createEgressProxy } from '@linux-sandbox/egress-proxy'
import { proxyEnvironment } from '@linux-sandbox/proxy-bridge'
import { Sandbox } from 'linux-sandbox'

const { way, allow, profile, command, cwd, env } = JSON.parse(readFileSync(0, 'utf8'))

const decisions = []
const proxy = createEgressProxy({
  rules: { allow },
  // Every made-up name is a server of the test.
  resolve: () => Promise.resolve(['127.0.0.1']),
  onDecision: (decision) => decisions.push(decision),
})

/** The option `proxy`, and the environment of the command. */
async function wire() {
  const javaToolOptions = true
  if (way === 'handlers') return { option: { http: proxy.handle, socks: proxy.handle, javaToolOptions }, env }
  if (way === 'socks') return { option: { socks: proxy.handle, javaToolOptions }, env }
  const { port } = await proxy.listen()
  const variables = proxyEnvironment({ httpPort: port, socksPort: port, javaToolOptions })
  return { option: { from: 'environment', loopbackPorts: [port] }, env: { ...env, ...variables } }
}

const wired = await wire()
const sandbox = await Sandbox.create({ profile, policyCwd: cwd, proxy: wired.option })
const [program, ...args] = command
const { exitCode, stdout, stderr, enforced } = await sandbox.run(program, args, { cwd, env: wired.env })
await proxy.close()
process.stdout.write(JSON.stringify({ exitCode, stdout, stderr, enforced, decisions }))
