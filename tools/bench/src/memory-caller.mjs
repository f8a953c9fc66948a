// Usage: node memory-caller.mjs MEGABYTES broker|node DIRECTORY
// Holds as much memory and runs /bin/true in a sandbox each time its parent says so. Answers by how long that took, in milliseconds: until
// the child was there, in which nothing else of this process can happen, and until its end.
import { Sandbox, workspaceWrite } from 'linux-sandbox'

const MEGABYTE = 1e6
const [megabytes, starter, root] = process.argv.slice(2)

// What the library keeps of its broker: from which size of a process on there is one.
const memoryFrom = starter === 'broker' ? 0 : Number.MAX_SAFE_INTEGER
globalThis[Symbol.for('@linux-sandbox/broker')] = { memoryFrom }

const held = []
while (process.memoryUsage.rss() < Number(megabytes) * MEGABYTE) held.push(Buffer.alloc(MEGABYTE, 1))

const profile = workspaceWrite({ root, excludeTmpdir: true, excludeSlashTmp: true })
const sandbox = await Sandbox.create({ profile })

async function run() {
  const startedAt = performance.now()
  const child = sandbox.spawn('/bin/true')
  const blockedMs = performance.now() - startedAt
  child.stdin.end()
  child.stdout.resume()
  child.stderr.resume()
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (status !== 0) throw new Error(`/bin/true ended with status ${status}`)
  return { blockedMs, elapsedMs: performance.now() - startedAt }
}

process.on('message', async () => process.send(await run()))
process.on('disconnect', () => held.splice(0))
process.send('ready')
