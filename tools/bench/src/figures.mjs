import { medianRatio } from './report.mjs'

/** What the goals are about, as far as it was measured. */
export class Figures {
  #found = new Map()

  /** @param figure - a number, or why there is none */
  set(id, figure) {
    this.#found.set(id, figure)
  }

  /** The ratio of one scenario to another in the same rounds. */
  setRatio(id, { scenarios, times, of, to }) {
    const [values, baseline] = [times.get(of), times.get(to)]
    const missing = [of, to].find((name) => times.get(name) === undefined)
    const { absence = `there is no ${missing}` } = scenarios.find(({ name }) => name === missing) ?? {}
    this.set(id, missing === undefined ? medianRatio(values, baseline) : absence)
  }

  get(id) {
    return this.#found.get(id)
  }
}
