import { sql } from 'drizzle-orm'
import { Gauge, type Registry } from 'prom-client'
import type { Database } from '../../api/database.ts'
import type { Crawler } from './crawler.ts'
import { countByKind } from './store/entity.ts'
import { countProblems } from './store/sources.ts'

/** What `/metrics` says about the catalog; counted when asked. */
export function registerMetrics(registry: Registry, db: Database, crawler: Crawler): void {
  new Gauge({
    name: 'callboard_catalog_entities',
    help: 'Entities in the catalog, by kind',
    labelNames: ['kind'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [kind, count] of countByKind(db.read, sql`1`)) this.labels(kind).set(count)
    },
  })
  new Gauge({
    name: 'callboard_catalog_problems',
    help: 'Errors and warnings in the files of the catalog',
    registers: [registry],
    collect() {
      this.set(countProblems(db.read))
    },
  })
  new Gauge({
    name: 'callboard_crawls_running',
    help: 'Sources that are being read at this moment',
    registers: [registry],
    collect() {
      this.set(crawler.running)
    },
  })
}
