import type { JobSpec, Progress } from '../../api/plugin.ts'
import { type Duration, milliseconds } from '../../api/time.ts'
import type { Contributed } from '../contributions.ts'

/** A kind of job, bound to the context of the plugin that brings it. */
export interface JobKind {
  /** `<plugin>.<id>`. */
  kind: string
  every?: Duration
  timeout?: Duration
  attempts?: number
  limit?: number
  /** Version of the payload's shape; a job that an older portal left with another version fails with that reason. */
  version?: number
  run(args: { payload: unknown; signal: AbortSignal; progress: Progress }): Promise<void>
}

/** The same with its defaults filled in; times in milliseconds. */
export interface ResolvedKind {
  kind: string
  every: number | undefined
  timeout: number
  attempts: number
  limit: number
  version: number | undefined
  run: JobKind['run']
}

const shortest = milliseconds('1s')

/** The job of a plugin as a kind that can be run. */
export function kindOf({ id, spec, ctx }: Contributed<JobSpec>): JobKind {
  return { ...spec, kind: id, run: (args) => spec.run({ ...args, ctx }) }
}

/** @throws Error when a kind is given twice or has a number with which it could never run, or never rest */
export function resolveKinds(kinds: readonly JobKind[]): ReadonlyMap<string, ResolvedKind> {
  const resolved = new Map<string, ResolvedKind>()
  for (const kind of kinds) {
    if (resolved.has(kind.kind)) throw new Error(`The job ${kind.kind} is declared twice.`)
    resolved.set(kind.kind, resolve(kind))
  }
  return resolved
}

function resolve({ kind, every, timeout = '10m', attempts = 5, limit = 1, version, run }: JobKind): ResolvedKind {
  const times = { every: every && milliseconds(every), timeout: milliseconds(timeout) }
  if (times.every !== undefined && times.every < shortest)
    throw new Error(`The job ${kind} cannot run every ${every}; the shortest interval is 1s.`)
  if (times.timeout <= 0)
    throw new Error(`The job ${kind} has a timeout of ${timeout}; it must be longer than nothing.`)
  if (!isCount(attempts)) throw new Error(`The job ${kind} has ${attempts} attempts; it needs a whole number from 1.`)
  if (!isCount(limit)) throw new Error(`The job ${kind} has a limit of ${limit}; it needs a whole number from 1.`)
  return { kind, every: times.every, timeout: times.timeout, attempts, limit, version, run }
}

const isCount = (value: number) => Number.isInteger(value) && value >= 1
