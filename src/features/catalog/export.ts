import { Readable } from 'node:stream'
import type { Actor } from '../../api/actor.ts'
import { csvCell } from '../../platform/csv.ts'
import type { ListQuery } from './query.ts'
import type { CatalogService } from './service.ts'
import type { ListedEntity } from './store/list.ts'

const heads = [
  'ref',
  'kind',
  'namespace',
  'name',
  'title',
  'type',
  'owner',
  'lifecycle',
  'system',
  'tags',
  'errors',
  'warnings',
  'description',
] as const

/** The list as comma-separated values (RFC 4180), with every row of the query. */
export function csvOf(service: CatalogService, actor: Actor, query: ListQuery): Readable {
  return Readable.from(csvLines(service, actor, query), { objectMode: false, highWaterMark: 64 * 1024 })
}

/** The entities as a JSON array, each as the portal knows it. */
export function jsonOf(service: CatalogService, actor: Actor, query: ListQuery): Readable {
  return Readable.from(jsonParts(service, actor, query), { objectMode: false, highWaterMark: 64 * 1024 })
}

async function* csvLines(service: CatalogService, actor: Actor, query: ListQuery) {
  yield `${heads.join(',')}\r\n`
  for (const batch of service.documents(actor, query)) {
    yield batch.map(({ row }) => `${heads.map((head) => csvCell(cellOf(row, head))).join(',')}\r\n`).join('')
    await breath()
  }
}

async function* jsonParts(service: CatalogService, actor: Actor, query: ListQuery) {
  let first = true
  yield '['
  for (const batch of service.documents(actor, query)) {
    if (batch.length === 0) continue
    yield `${first ? '\n' : ',\n'}${batch.map(({ entity }) => JSON.stringify(entity)).join(',\n')}`
    first = false
    await breath()
  }
  yield '\n]\n'
}

/** Lets other requests in between two batches of a long export. */
const breath = () => new Promise<void>((resolve) => setImmediate(resolve))

function cellOf(row: ListedEntity, head: (typeof heads)[number]): string | number | null {
  return head === 'tags' ? (JSON.parse(row.tags) as string[]).join(' ') : row[head]
}
