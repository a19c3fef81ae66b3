import type { Log } from '../../api/plugin.ts'
import { Failure } from './failure.ts'
import type { Limits } from './options.ts'

export interface OriginOptions {
  name: string
  perHost: number
  limits: Pick<Limits, 'failures' | 'pause' | 'longestPause' | 'waiting'>
  now: () => Date
  log: Log
}

/** The right to send one request; to be given back once, with what came of it. */
export interface Permit {
  succeed(): void
  /** @param reason what people read: `did not answer within 10 s` */
  fail(reason: string): void
  /** Neither: it was given up by the one who asked. */
  drop(): void
}

/**
 * What is remembered of one host: how many requests it is answering, and whether it fails. After some failures in a row
 * it is left alone for a while; then one request tries, and the others wait for what it finds.
 */
export class Origin {
  readonly #options: OriginOptions
  readonly #waiting: { take: () => void }[] = []
  #active = 0
  #failures = 0
  #since: Date | undefined
  #reason = ''
  #pause: number
  #until = 0
  #probing = false

  constructor(options: OriginOptions) {
    this.#options = options
    this.#pause = options.limits.pause
  }

  /** No request is on its way or waits. */
  get isQuiet(): boolean {
    return this.#active === 0 && this.#waiting.length === 0
  }

  /** Nothing to remember. */
  get isForgettable(): boolean {
    return this.isQuiet && this.#failures === 0
  }

  /** Whether it is left alone at this moment. */
  get isResting(): boolean {
    return this.#until > this.#options.now().getTime()
  }

  /** @throws Failure `resting` while the host is left alone, saying since when and until when */
  async enter(signal: AbortSignal): Promise<Permit> {
    this.#check()
    await this.#slot(signal)
    try {
      this.#check()
    } catch (error) {
      this.#leave()
      throw error
    }
    this.#probing = this.#until > 0
    return this.#permit(this.#probing)
  }

  #check(): void {
    if (this.#until === 0 || (!this.isResting && !this.#probing)) return
    const since = this.#since === undefined ? '' : ` since ${time(this.#since)}`
    const next = this.isResting ? `at ${time(new Date(this.#until))}` : 'now, by another request'
    throw new Failure('resting', `has been failing${since}: it ${this.#reason}`, {
      hint: `It is left alone for a while; the next try is ${next}.`,
    })
  }

  async #slot(signal: AbortSignal): Promise<void> {
    if (this.#active < this.#options.perHost) {
      this.#active++
      return
    }
    if (this.#waiting.length >= this.#options.limits.waiting) {
      throw new Failure('resting', 'has too many requests waiting for it', { hint: 'Try again when they are done.' })
    }
    await new Promise<void>((resolve, reject) => {
      const cancel = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1)
        reject(signal.reason)
      }
      const entry = {
        take: () => {
          signal.removeEventListener('abort', cancel)
          resolve()
        },
      }
      signal.addEventListener('abort', cancel)
      this.#waiting.push(entry)
    })
  }

  /** Hands the place on to the one who waits longest. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next.take()
    else this.#active--
  }

  #permit(probe: boolean): Permit {
    let open = true
    const end = (settle: () => void) => () => {
      if (!open) return
      open = false
      settle()
      if (probe) this.#probing = false
      this.#leave()
    }
    return {
      succeed: end(() => this.#recover()),
      fail: (reason) => end(() => this.#countFailure(reason, probe))(),
      drop: end(() => {}),
    }
  }

  #recover(): void {
    if (this.#until > 0) this.#options.log.info(`${this.#options.name} answers again`)
    this.#failures = 0
    this.#since = undefined
    this.#until = 0
    this.#pause = this.#options.limits.pause
  }

  #countFailure(reason: string, probe: boolean): void {
    const { limits, now, log, name } = this.#options
    this.#failures++
    this.#since ??= now()
    this.#reason = reason
    // Those that were on their way when it was found to fail say nothing new.
    if (this.#failures < limits.failures || (this.#until > 0 && !probe)) return
    this.#until = now().getTime() + this.#pause
    this.#pause = Math.min(this.#pause * 2, limits.longestPause)
    log.warn(
      { failures: this.#failures, until: new Date(this.#until) },
      `${name} ${reason}; it is left alone for a while`,
    )
  }
}

const time = (at: Date) => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
