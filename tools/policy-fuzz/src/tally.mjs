import { FEATURES } from './features.mjs'
import { withoutPaths } from './without-paths.mjs'

/** Below this many cases a share of them says nothing. */
const CASES_FOR_SHARE = 60

/**
 * What came of the cases of a run.
 */
export class Tally {
  policies = 0
  refused = 0
  probes = 0
  /** @type {import('./worker.mjs').FailedMessage[]} */
  failures = []
  /** @type {Map<string, { cases: number, refused: number }>} */
  byFeature = new Map()
  /** @type {Map<string, number>} */
  refusals = new Map()

  /** @param {number} seed */
  constructor(seed) {
    this.seed = seed
  }

  /** @param {import('./worker.mjs').CheckedMessage | import('./worker.mjs').FailedMessage} message */
  add(message) {
    if (message.type === 'failed') {
      this.failures.push(message)
      return
    }
    const refused = message.outcome === 'refused' ? 1 : 0
    this.policies += 1
    this.probes += message.probes
    this.refused += refused
    for (const feature of message.features) {
      const known = this.byFeature.get(feature) ?? { cases: 0, refused: 0 }
      this.byFeature.set(feature, { cases: known.cases + 1, refused: known.refused + refused })
    }
    if (message.refusal !== undefined) {
      const reason = withoutPaths(message.refusal)
      this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1)
    }
  }

  /** Each feature of which so many cases were refused that the run says little about it. */
  overRefused() {
    return [...this.byFeature].flatMap(([name, { cases, refused }]) => {
      const { mayBeRefused } = FEATURES[/** @type {import('./features.mjs').Feature} */ (name)]
      if (cases < CASES_FOR_SHARE || refused <= mostBy(mayBeRefused, cases)) return []
      return [`${refused} of ${cases} policies with ${name} were refused, more than ${mayBeRefused * 100} %`]
    })
  }

  /** One line, for example `300 policies (41 refused), 52310 probes, 0 mismatches (seed 7)`. */
  summary() {
    const { policies, refused, probes, failures, seed } = this
    return `${policies} policies (${refused} refused), ${probes} probes, ${failures.length} mismatches (seed ${seed})`
  }

  /** The failures as a person reads them and `--case` replays them. */
  describeFailures() {
    return this.failures.map(({ index, mismatches, case: one }) =>
      [
        `case ${index} of seed ${this.seed}:`,
        ...mismatches.map(
          ({ path, act, expected, answered, why }) =>
            `  ${act} ${JSON.stringify(path)}: expected ${expected}, got ${answered}${why === undefined ? '' : `; ${why}`}`,
        ),
        `  ${JSON.stringify(one)}`,
      ].join('\n'),
    )
  }
}

/** Standard deviations that chance is given: with a new seed each time, fewer would fail some runs. */
const DEVIATIONS = 3

/**
 * The most of `cases` that a share of so much gives, but for chance.
 *
 * @param {number} share
 * @param {number} cases
 */
function mostBy(share, cases) {
  return share * cases + DEVIATIONS * Math.sqrt(cases * share * (1 - share))
}
