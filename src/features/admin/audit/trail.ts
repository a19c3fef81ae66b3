import type { PluginContext } from '../../../api/plugin.ts'
import { milliseconds } from '../../../api/time.ts'
import { portalStarted, type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import { auditWritten } from '../../../platform/audit/auditor.ts'
import { oldestAudit } from '../../../platform/audit/query.ts'
import { pruneAudit } from '../../../platform/audit/retention.ts'
import { type AuditSink, fileSink, outputSink } from '../../../platform/audit/sinks.ts'
import { type AuditStream, createAuditStream, type StreamTrouble } from '../../../platform/audit/stream.ts'
import { after } from '../../../platform/jobs/clock.ts'
import type { AuditOptions } from '../config.ts'

/** What becomes of the audit besides being read: how long it is kept, and where it goes. */
export interface Trail {
  /** How long lines are kept, as it was written. */
  readonly keep: string
  /** Where every line goes besides; undefined where it goes nowhere. */
  readonly stream: { target: string; trouble: StreamTrouble | undefined } | undefined
  oldest(): Date | undefined
  /** Removes what is too old, but nothing that the stream has not written out. @returns how many lines */
  prune(signal: AbortSignal): Promise<number>
}

export const trailRef: ServiceRef<Trail> = serviceRef('admin.trail')

/** @param sinkOf where a stream goes; for tests */
export function createTrail(ctx: PluginContext, options: AuditOptions, sinkOf = sinkFor): Trail {
  const stream =
    options.stream && createAuditStream({ ...ctx, now: () => ctx.now(), after, sink: sinkOf(options.stream) })
  if (stream) run(ctx, stream)

  function keepFrom(): Date | undefined {
    if (options.keep === 'for ever') return undefined
    const wanted = ctx.now().getTime() - milliseconds(options.keep)
    const waiting = stream?.waiting()
    return new Date(Math.min(wanted, waiting?.getTime() ?? wanted))
  }

  return {
    keep: options.keep,
    oldest: () => oldestAudit(ctx.db.read),

    get stream() {
      return stream && { target: stream.target, trouble: stream.trouble() }
    },

    async prune(signal) {
      const from = keepFrom()
      if (from === undefined) return 0
      const removed = await pruneAudit(ctx.db, from, { now: () => ctx.now(), id: () => ctx.id() }, signal)
      await stream?.wake()
      return removed
    },
  }
}

function run(ctx: PluginContext, stream: AuditStream): void {
  const reopen = () => {
    stream
      .reopen()
      .catch((error: unknown) => ctx.log.error({ err: error }, 'The file of the audit could not be opened anew'))
  }
  ctx.on(portalStarted, () => {
    // What rotates logs says so by this signal; without a listener it would end the portal.
    process.on('SIGHUP', reopen)
    return stream.begin()
  })
  ctx.on(auditWritten, () => stream.wake())
  ctx.onClose(async () => {
    process.off('SIGHUP', reopen)
    await stream.close()
  })
}

function sinkFor(stream: NonNullable<AuditOptions['stream']>): AuditSink {
  return stream === 'stdout' ? outputSink() : fileSink(stream.slice('file:'.length))
}
