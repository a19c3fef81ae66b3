export const jobStates = ['waiting', 'running', 'done', 'failed', 'interrupted', 'cancelled'] as const

/**
 * `failed`: no attempt is left, or another would be of no use. `interrupted`: the portal ended while the job ran
 * and no attempt is left, or a younger job of the same key took its place. `cancelled`: somebody took it back while it
 * waited.
 */
export type JobState = (typeof jobStates)[number]

export interface JobProgress {
  done: number
  total?: number
  what: string
  /** When `what` began. */
  since: Date
}

/** One job as people and other features see it. */
export interface Job {
  id: string
  /** `<plugin>.<id>`. */
  kind: string
  state: JobState
  key?: string
  payload?: unknown
  /** Version of the payload's shape, where the kind gives one. */
  version?: number
  /** Attempts begun so far. */
  attempt: number
  /** Not begun before this. */
  runAfter: Date
  progress?: JobProgress
  createdAt: Date
  /** Begin of the latest attempt. */
  startedAt?: Date
  /** Set when the job has ended. */
  finishedAt?: Date
  /** Why the latest attempt failed, in sentences for people. */
  error?: string
}

/** When a kind that runs by itself ran last, and runs next. */
export interface JobSchedule {
  kind: string
  /** Milliseconds, give or take a tenth. */
  every: number
  nextAt: Date
  lastAt: Date | undefined
}

export interface JobCount {
  kind: string
  state: JobState
  count: number
}
