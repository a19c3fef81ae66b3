/** Lets few work at a time. */
export interface Turns {
  /** Waits for a turn. @returns what gives it back, once and for all */
  take(signal: AbortSignal): Promise<() => void>
  readonly free: number
}

export function createTurns(most: number): Turns {
  let free = most
  const queue: (() => void)[] = []

  function giveBack(): void {
    const next = queue.shift()
    if (next) next()
    else free++
  }

  function turn(): () => void {
    let over = false
    return () => {
      if (over) return
      over = true
      giveBack()
    }
  }

  return {
    get free() {
      return free
    },
    async take(signal) {
      signal.throwIfAborted()
      if (free > 0) {
        free--
        return turn()
      }
      return new Promise((resolve, reject) => {
        const next = () => {
          signal.removeEventListener('abort', leave)
          resolve(turn())
        }
        const leave = () => {
          queue.splice(queue.indexOf(next), 1)
          reject(signal.reason)
        }
        queue.push(next)
        signal.addEventListener('abort', leave, { once: true })
      })
    },
  }
}
