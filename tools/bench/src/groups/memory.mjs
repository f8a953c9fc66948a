import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { interleave } from '../interleave.mjs'
import { BACKENDS } from '../programs.mjs'
import { table } from '../report.mjs'

const SIZES_MB = [50, 500, 2000]
/** What Node needs besides, in all of them together. */
const OVERHEAD_MB = 500
const RUNS_MAX = 50
const WARM_UPS = 5

/** What a command costs a caller with much memory, which Node copies the map of to start a process. All callers are there at the same time. */
export async function memoryGroup({ runs: asked, figures, print }) {
  const runs = Math.min(asked, RUNS_MAX)
  const { fitting, missing } = sizesThatFit()
  const callers = await Promise.all(fitting.map(startCaller))
  try {
    const names = [...callers[0].abilities.keys()]
    for (const name of names) {
      const scenarios = callers.map(({ megabytes, abilities, ask }) => {
        const absence = abilities.get(name)
        return { name: `${megabytes} MB`, absence, run: absence === undefined ? () => ask(name) : undefined }
      })
      const times = await interleave(scenarios, { runs, warmUps: WARM_UPS, measure: (run) => run() })
      print(`${name}, from a caller of`, table([...scenarios, ...missing], times, runs))
      const backend = BACKENDS.find((one) => name === `run, ${one}`)
      if (backend !== undefined) {
        figures.setRatio(`caller-${backend}`, { scenarios, times, of: '500 MB', to: '50 MB' })
      }
    }
  } finally {
    // They end by themselves then, and clear away.
    for (const { child } of callers) child.stdin.end()
  }
}

function sizesThatFit() {
  const [, free = '0'] = /^MemAvailable:\s*(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8')) ?? []
  let left = Number(free) / 1000 - OVERHEAD_MB
  const fitting = SIZES_MB.filter((size) => (left -= size) > 0)
  const missing = SIZES_MB.filter((size) => !fitting.includes(size)).map((size) => ({
    name: `${size} MB`,
    absence: 'not measured: this host has too little memory free',
  }))
  return { fitting, missing }
}

async function startCaller(megabytes) {
  const script = join(import.meta.dirname, '../caller.mjs')
  const child = spawn(process.execPath, [script, String(megabytes)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  const [abilities] = await once(lines, 'line')
  return {
    megabytes,
    child,
    abilities: new Map(JSON.parse(abilities).map(({ name, absence }) => [name, absence])),
    async ask(name) {
      child.stdin.write(`${name}\n`)
      const [answer] = await once(lines, 'line')
      return Number(answer)
    },
  }
}
