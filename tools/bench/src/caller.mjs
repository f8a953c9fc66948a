// usage: node caller.mjs MEGABYTES: a Node process with so much memory. Prints what it can do, a JSON list with `name`, and `absence` if it cannot;
// then reads a name from each line, does it, and prints the milliseconds that it took.
import { createInterface } from 'node:readline'
import { libraryScenarios } from './library-scenarios.mjs'
import { makeScene } from './scene.mjs'

const MEGABYTE = 1e6
const CHUNK = 16

const wanted = Number(process.argv[2])
// Global, or it would be collected.
globalThis.ballast = []
while (process.memoryUsage.rss() < wanted * MEGABYTE)
  globalThis.ballast.push(Buffer.alloc(CHUNK * MEGABYTE, 1))

const scenarios = await libraryScenarios(makeScene())
console.log(JSON.stringify(scenarios.map(({ name, absence }) => ({ name, absence }))))

for await (const name of createInterface({ input: process.stdin })) {
  const startedAt = performance.now()
  await scenarios.find((one) => one.name === name).run()
  console.log(performance.now() - startedAt)
}
