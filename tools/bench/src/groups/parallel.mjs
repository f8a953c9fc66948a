import { BACKENDS, bareBwrap, helperScenarios, peerScenarios, sandboxWith } from '../programs.mjs'
import { medianRatio, quantile, textTable } from '../report.mjs'
import { makeScene } from '../scene.mjs'
import { rateOf } from '../timer.mjs'

const WORKERS = [1, 2, 4, 8, 16]
const MILLISECONDS = 1000
const ROUNDS_MAX = 7
/** Of the goal. */
const AT_A_TIME = 4

/** How many sandboxes end each second when several run at a time. Each way has its turn of a second before any has its next one. */
export async function parallelGroup({ runs, figures, print }) {
  const rounds = Math.min(runs, ROUNDS_MAX)
  const ways = await waysFor(makeScene())
  const rates = new Map(ways.map(({ name }) => [name, new Map(WORKERS.map((workers) => [workers, []]))]))
  for (let round = 0; round < rounds; round++) {
    for (const workers of WORKERS) {
      for (const { name, rate } of ways) {
        if (rate !== undefined)
          rates
            .get(name)
            .get(workers)
            .push(await rate(workers))
      }
    }
  }
  const ratio = (name, workers) =>
    medianRatio(rates.get(name).get(workers), rates.get('bare bwrap').get(workers))
  const rows = ways.map(({ name, absence }) => {
    if (absence !== undefined) return [name, absence, ...WORKERS.slice(1).map(() => '')]
    return [
      name,
      ...WORKERS.map((workers) => {
        const each = rates.get(name).get(workers)
        return `${quantile(each, 0.5).toFixed(0)} (${ratio(name, workers).toFixed(2)})`
      }),
    ]
  })
  const head = [`sandboxes each second (× bare bwrap), ${rounds} × ${MILLISECONDS} ms`]
  print('At a time:', textTable([...head, ...WORKERS.map(String)], rows))
  const native = ['static helper, native', 'run, native'].find(
    (name) => ways.find((way) => way.name === name)?.rate !== undefined,
  )
  figures.set('parallel-4', native === undefined ? 'no native backend here' : ratio(native, AT_A_TIME))
}

async function waysFor(scene) {
  const programs = [
    { name: 'bare bwrap', command: bareBwrap(scene) },
    { name: 'nothing', command: ['/bin/true'] },
    ...helperScenarios(scene).filter(({ name }) => name.startsWith('static')),
    ...peerScenarios(scene),
  ].map(({ name, command, absence }) => ({
    name,
    absence,
    rate: command && ((workers) => rateOf(command, { workers, ms: MILLISECONDS })),
  }))
  const library = BACKENDS.map(async (backend) => {
    const { sandbox, absence } = await sandboxWith(backend, { profile: scene.profile })
    return { name: `run, ${backend}`, absence, rate: sandbox && ((workers) => rateInNode(sandbox, workers)) }
  })
  return [...programs, ...(await Promise.all(library))]
}

/** From one Node process, which starts all of them. */
async function rateInNode(sandbox, workers) {
  const until = performance.now() + MILLISECONDS
  let count = 0
  async function work() {
    while (performance.now() < until) {
      await sandbox.run('/bin/true')
      if (performance.now() <= until) count++
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  return (count * 1000) / MILLISECONDS
}
