export type Listener = (...values: never[]) => void

interface Entry {
  readonly listener: Listener
  readonly once: boolean
}

/** What the facade uses of Node's `EventEmitter`. */
export class Emitter {
  readonly #entries = new Map<string, Entry[]>()

  on(event: string, listener: Listener): this {
    return this.#add(event, { listener, once: false })
  }

  once(event: string, listener: Listener): this {
    return this.#add(event, { listener, once: true })
  }

  off(event: string, listener: Listener): this {
    const left = this.#entriesOf(event).filter((entry) => entry.listener !== listener)
    this.#entries.set(event, left)
    return this
  }

  emit(event: string, ...values: readonly unknown[]): boolean {
    const entries = this.#entriesOf(event)
    this.#entries.set(
      event,
      entries.filter(({ once }) => !once),
    )
    for (const { listener } of entries) Reflect.apply(listener, this, values)
    return entries.length > 0
  }

  #add(event: string, entry: Entry): this {
    this.#entries.set(event, [...this.#entriesOf(event), entry])
    return this
  }

  #entriesOf(event: string): Entry[] {
    return this.#entries.get(event) ?? []
  }
}
