/** Builds packages/standalone/dist/engine/<arch> for every architecture that a compiler is there for. */
import { ARCHS } from './compiler.mjs'
import { buildEngine } from './engine.mjs'

for (const arch of Object.values(ARCHS)) {
  const obstacle = buildEngine(arch)
  console.log(obstacle === undefined ? `${arch}: engine built` : `${arch}: skipped, ${obstacle}`)
}
