import type { Logger } from 'pino'

/** What must be closed, last opened first. A part that fails to close keeps none of the others open. */
export class Closing {
  readonly #log: Logger
  readonly #parts: { what: string; close: () => unknown }[] = []
  #closing: Promise<void> | undefined

  constructor(log: Logger) {
    this.#log = log
  }

  add(what: string, close: () => unknown): void {
    this.#parts.push({ what, close })
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    for (const { what, close } of this.#parts.splice(0).reverse()) {
      try {
        await close()
      } catch (error) {
        this.#log.error({ err: error }, `Closing ${what} failed`)
      }
    }
  }
}
