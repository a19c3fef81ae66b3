/** What is being done about a source at this moment. */
export interface Activity {
  /** `waiting`: its turn has not come yet; `opening`: the source is asked for its newest state. */
  phase: 'waiting' | 'opening' | 'listing' | 'reading' | 'storing'
  done: number
  /** Undefined while it is not known. */
  total: number | undefined
  /** Since when it has been asked for, or is being read. */
  since: Date
}

/** Kept in memory: after a restart nothing is being read, and what was asked for is asked for anew. */
export interface Activities {
  of(sourceId: string): Activity | undefined
  /** Somebody wants it to be read. */
  ask(sourceId: string): void
  /** Nobody wants it any more. */
  forget(sourceId: string): void
  /** Its reading begins. What is asked for from here on is another one. @returns what ends it */
  begin(sourceId: string): () => void
  report(sourceId: string, phase: Activity['phase'], done: number, total: number | undefined): void
}

export function createActivities(now: () => Date): Activities {
  const asked = new Map<string, Date>()
  const running = new Map<string, Activity>()
  return {
    of(sourceId) {
      const since = asked.get(sourceId)
      return running.get(sourceId) ?? (since && { phase: 'waiting', done: 0, total: undefined, since })
    },
    ask(sourceId) {
      if (!asked.has(sourceId)) asked.set(sourceId, now())
    },
    forget: (sourceId) => void asked.delete(sourceId),
    begin(sourceId) {
      asked.delete(sourceId)
      running.set(sourceId, { phase: 'waiting', done: 0, total: undefined, since: now() })
      return () => running.delete(sourceId)
    },
    report(sourceId, phase, done, total) {
      const activity = running.get(sourceId)
      if (activity) running.set(sourceId, { ...activity, phase, done, total })
    },
  }
}
