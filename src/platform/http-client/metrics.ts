import { Counter, Gauge, type Registry } from 'prom-client'
import type { FailureKind } from './failure.ts'

export type Outcome = FailureKind | 'answered' | 'cancelled'

/** Counts what came of requests. Hosts are no label: whoever names addresses could make as many as they like. */
export function outboundMetrics(registry: Registry, resting: () => number): (outcome: Outcome) => void {
  const requests = new Counter({
    name: 'callboard_outbound_requests_total',
    help: 'Requests to other systems, by what came of them',
    labelNames: ['outcome'],
    registers: [registry],
  })
  new Gauge({
    name: 'callboard_outbound_hosts_resting',
    help: 'Hosts that are left alone because they failed',
    registers: [registry],
    collect() {
      this.set(resting())
    },
  })
  return (outcome) => requests.labels(outcome).inc()
}
