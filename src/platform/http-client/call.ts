import { timedOut } from './failure.ts'

/** One call from its start to its end: how long it may take, and who may end it. */
export class Call {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal | undefined
  readonly #cancel = () => this.#controller.abort(this.#outer?.reason)
  readonly #started: number
  readonly #timeout: number
  readonly #timer: NodeJS.Timeout

  /** @param timeout milliseconds */
  constructor({ timeout, signal, now }: { timeout: number; signal: AbortSignal | undefined; now: Date }) {
    this.#timeout = timeout
    this.#started = now.getTime()
    this.#outer = signal
    this.#timer = setTimeout(() => this.#controller.abort(timedOut('did not answer', timeout)), timeout)
    signal?.addEventListener('abort', this.#cancel)
    if (signal?.aborted) this.#cancel()
  }

  /** Aborts with a Failure when the time is over, with the caller's own reason when the caller ends it. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get isCancelled(): boolean {
    return this.#outer?.aborted === true
  }

  /** Milliseconds. */
  remaining(now: Date): number {
    return this.#started + this.#timeout - now.getTime()
  }

  /** From here on only the caller ends it: what streams may take its time. */
  extend(): void {
    clearTimeout(this.#timer)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#outer?.removeEventListener('abort', this.#cancel)
  }

  /** Waits for what cannot be ended itself. */
  async within<T>(work: Promise<T>): Promise<T> {
    const { signal } = this
    signal.throwIfAborted()
    let stop = () => {}
    const ended = new Promise<never>((_resolve, reject) => {
      stop = () => reject(signal.reason)
      signal.addEventListener('abort', stop)
    })
    try {
      return await Promise.race([work, ended])
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}
