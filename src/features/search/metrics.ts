import { Gauge, type Registry } from 'prom-client'
import type { Database } from '../../api/database.ts'
import { countDocuments } from './store/documents.ts'

/** What `/metrics` says about search; counted when asked. */
export function registerMetrics(registry: Registry, db: Database): void {
  new Gauge({
    name: 'callboard_search_documents',
    help: 'Documents that can be found, by source',
    labelNames: ['source'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { source, count } of countDocuments(db.read)) this.labels(source).set(count)
    },
  })
}
