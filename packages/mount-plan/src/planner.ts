import type { AbsolutePath, ResolvedPolicy } from '@linux-sandbox/policy'
import type { DirectoryEntry, DiskView } from './disk-view.js'
import { planMounts, type PlanOptions } from './plan-mounts.js'
import type { MountPlan } from './plan.js'

/**
 * Plans the mounts for one policy again and again. A plan follows from the policy and from what the disk answers, so the last one is kept
 * with the answers that it was made from: the disk is asked each of these questions every time, and planned for anew only when an answer is another.
 */
export class Planner {
  readonly #policy: ResolvedPolicy
  readonly #options: PlanOptions
  #last: { readonly plan: MountPlan; readonly answers: readonly Answer[] } | undefined

  constructor(policy: ResolvedPolicy, options: PlanOptions) {
    this.#policy = policy
    this.#options = options
  }

  /** As `planMounts` for the disk as it is now. */
  plan(disk: DiskView): MountPlan {
    if (this.#last?.answers.every((answer) => isAnswered(answer, disk)) === true) return this.#last.plan
    this.#last = undefined
    const recorder = new Recorder(disk)
    const plan = planMounts(this.#policy, recorder, this.#options)
    if (recorder.size <= SIZE_MAX) this.#last = { plan, answers: recorder.answers }
    return plan
  }
}

/** Whether the disk still answers one question as it did. */
type Answer = (disk: DiskView) => boolean

/** How many answers and names of directories are kept, about a hundred bytes each: a tree that deny globs search has more. */
const SIZE_MAX = 20_000

class Recorder implements DiskView {
  readonly answers: Answer[] = []
  size = 0
  readonly #disk: DiskView

  constructor(disk: DiskView) {
    this.#disk = disk
  }

  kindOf(path: AbsolutePath): ReturnType<DiskView['kindOf']> {
    return this.#record((disk) => disk.kindOf(path))
  }

  readLink(path: AbsolutePath): string {
    return this.#record((disk) => disk.readLink(path))
  }

  readFile(path: AbsolutePath): string {
    return this.#record((disk) => disk.readFile(path))
  }

  canPass(path: AbsolutePath): boolean {
    return this.#record((disk) => disk.canPass(path))
  }

  readDirectory(path: AbsolutePath): readonly DirectoryEntry[] {
    return this.#record((disk) => disk.readDirectory(path), areSameEntries)
  }

  /** What cannot be answered has no answer to compare with, so a plan that was made all the same is made again. */
  #record<Value>(ask: (disk: DiskView) => Value, isSame: (a: Value, b: Value) => boolean = Object.is): Value {
    let value: Value
    try {
      value = ask(this.#disk)
    } catch (error) {
      this.size = Infinity
      throw error
    }
    this.size += Array.isArray(value) ? value.length + 1 : 1
    if (this.size <= SIZE_MAX) this.answers.push((disk) => isSame(ask(disk), value))
    return value
  }
}

function isAnswered(answer: Answer, disk: DiskView): boolean {
  try {
    return answer(disk)
  } catch {
    return false // the new plan says what is wrong, if it matters
  }
}

/** In the same order too: a directory in which nothing has changed is listed as before. */
function areSameEntries(a: readonly DirectoryEntry[], b: readonly DirectoryEntry[]): boolean {
  return (
    a.length === b.length &&
    a.every((entry, index) => {
      const other = b[index]
      return (
        other !== undefined &&
        entry.name === other.name &&
        entry.kind === other.kind &&
        entry.hasNoPath === other.hasNoPath
      )
    })
  )
}
