import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { table } from '../report.mjs'

const COUNTS = [30, 300]
const RUNS_MAX = 30
const OUTPUT_SIZE_MAX = 64 * 1024 * 1024

/** What the mounts of the host cost, of which bubblewrap reads the list for each of its own. */
export async function mountsGroup({ runs: asked, print }) {
  const runs = Math.min(asked, RUNS_MAX)
  const namespace = ownMountNamespace()
  if (namespace === undefined) {
    print('Not measured: no mount namespace can be made here; as root `unshare --mount true` has to work.')
    return
  }
  for (const count of COUNTS) {
    const [program, ...args] = [
      ...namespace,
      process.execPath,
      join(import.meta.dirname, '../many-mounts.mjs'),
    ]
    const { stdout } = await promisify(execFile)(program, [...args, String(count), String(runs)], {
      maxBuffer: OUTPUT_SIZE_MAX,
    })
    const { mounts, parts } = JSON.parse(stdout)
    for (const { scenarios, times } of parts) {
      print(`A host with ${mounts} mounts:`, table(scenarios, new Map(times), runs))
    }
  }
}

function ownMountNamespace() {
  const ways = [
    ['unshare', '--mount'],
    ['unshare', '--user', '--map-root-user', '--mount'],
  ]
  return ways.find(([program, ...args]) => spawnSync(program, [...args, 'true']).status === 0)
}
