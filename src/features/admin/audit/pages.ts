import type { Readable } from 'node:stream'
import { z } from 'zod'
import { PortalError } from '../../../api/errors.ts'
import type { PluginContext } from '../../../api/plugin.ts'
import { entityPath, parseRef } from '../../../api/ref.ts'
import { type ServiceRef, serviceRef } from '../../../api/wiring.ts'
import { type AuditRecord, auditResults } from '../../../platform/audit/audit.ts'
import { type AuditFilter, auditActions, findAudit, findAuditLine } from '../../../platform/audit/query.ts'
import { contributionsRef } from '../../../platform/contributions.ts'
import { one } from '../../../platform/http/routes.ts'
import type { Cell } from '../../../platform/views/built-in.ts'
import { changeOf } from './change.ts'
import { csvOf, jsonLinesOf } from './export.ts'
import { trailRef } from './trail.ts'
import type { AuditLinePage, AuditPage, AuditRow } from './views.ts'

const text = one.pipe(z.string().max(300).optional())
const day = one.pipe(z.iso.date('write a day such as 2026-03-02').optional())

/** The filters as they stand in an address. */
export const AuditAddress = z.object({
  who: text,
  action: text,
  target: text,
  result: one.pipe(z.enum(auditResults).optional()),
  from: day,
  to: day,
  q: text,
})
export type AuditAddress = z.output<typeof AuditAddress>

export interface AuditPages {
  list(address: AuditAddress, before: string | undefined): AuditPage
  /** @throws PortalError `not_found` */
  line(id: string): AuditLinePage
  csv(address: AuditAddress): Readable
  jsonLines(address: AuditAddress): Readable
}

export const auditPagesRef: ServiceRef<AuditPages> = serviceRef('admin.audit-pages')

const path = '/admin/audit'
const pageSize = 50
const dayLong = 86_400_000

const tones = { ok: 'ok', denied: 'warn', failed: 'bad' } as const

export function createAuditPages(ctx: PluginContext): AuditPages {
  const { read } = ctx.db

  /** The page of an entity that a text refers to, where its kind is one. */
  function entityHref(text: string): string | undefined {
    const { kinds } = ctx.use(contributionsRef)
    const [, kind] = /^([a-z]+):[^\s/:]+\/[^\s/:]+$/i.exec(text) ?? []
    const isKind = kinds.some(({ spec }) => spec.kind.toLowerCase() === kind?.toLowerCase())
    return isKind ? entityPath(parseRef(text)) : undefined
  }

  const link = (text: string): Cell => {
    const href = entityHref(text)
    return href === undefined ? text : { text, href }
  }

  return {
    list(address, before) {
      const { lines, next, isPartial } = findAudit(read, filterOf(address), { limit: pageSize, before })
      const { who = '', action = '', target = '', from = '', to = '', q = '' } = address
      const { keep, stream, oldest } = ctx.use(trailRef)
      return {
        filter: { who, action, target, from, to, q },
        results: auditResults.map((id) => ({ id, chosen: id === address.result })),
        actions: auditActions(read),
        exports: { csv: auditHref(address, {}, `${path}.csv`), json: auditHref(address, {}, `${path}.jsonl`) },
        kept: keep === 'for ever' ? 'Lines are kept for ever.' : `Lines are kept for ${spanOf(keep)}.`,
        stream: stream ? `Each is written to ${stream.target} as well.` : null,
        trouble: stream?.trouble ? { since: stream.trouble.since.getTime(), reason: stream.trouble.reason } : null,
        rows: lines.map(rowOf),
        filtered: Object.values(address).some((value) => value !== undefined) && oldest() !== undefined,
        clearHref: path,
        newestHref: before === undefined ? null : auditHref(address),
        olderHref: next === undefined ? null : auditHref(address, { before: next }),
        isPartial,
      }
    },

    line(id) {
      const line = findAuditLine(read, id)
      if (!line) throw absent(ctx.use(trailRef).keep)
      return {
        line: rowOf(line),
        facts: factsOf(line, link),
        change: changeOf(line.before, line.after),
        detail: line.detail === undefined ? null : JSON.stringify(line.detail, null, 2),
      }
    },

    csv: (address) => csvOf(read, filterOf(address)),
    jsonLines: (address) => jsonLinesOf(read, filterOf(address)),
  }
}

/** The page with these filters. */
export function auditHref(
  address: Partial<AuditAddress>,
  more: Readonly<Record<string, string>> = {},
  at = path,
): string {
  const given = Object.entries({ ...address, ...more }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  )
  return given.length === 0 ? at : `${at}?${new URLSearchParams(given)}`
}

function filterOf({ from, to, q, ...rest }: AuditAddress): AuditFilter {
  return {
    ...rest,
    text: q,
    from: from === undefined ? undefined : new Date(from),
    until: to === undefined ? undefined : new Date(Date.parse(to) + dayLong),
  }
}

function rowOf({ id, at, actor, action, target, result, address }: AuditRecord): AuditRow {
  return {
    id,
    href: `${path}/${encodeURIComponent(id)}`,
    at: at.getTime(),
    ...{ action, target, result, tone: tones[result], address: address ?? null },
    who: { name: actor.name, href: auditHref({ who: actor.id }) },
  }
}

function factsOf(line: AuditRecord, link: (text: string) => Cell): AuditLinePage['facts'] {
  const { id, at, actor, action, target, address, proxy, requestId } = line
  const more = (text: string, filter: Partial<AuditAddress>) => ({ text, href: auditHref(filter) })
  return [
    { title: 'When', value: { at: at.getTime() } },
    { title: 'Time in UTC', value: at.toISOString() },
    { title: 'Who', value: more(actor.name, { who: actor.id }) },
    { title: 'Id', value: link(actor.id) },
    { title: 'Kind', value: actor.kind },
    { title: 'Action', value: more(action, { action }) },
    { title: 'Target', value: link(target) },
    { title: 'Same target', value: more('All its lines', { target }) },
    { title: 'From', value: address === undefined ? null : more(address, { q: address }) },
    ...(proxy === undefined ? [] : [{ title: 'Through the proxy', value: proxy }]),
    { title: 'Request', value: requestId === undefined ? null : more(requestId, { q: requestId }) },
    { title: 'Line', value: id },
  ]
}

/** `400 days` for `400d`. */
function spanOf(keep: string): string {
  const words = { d: 'day', h: 'hour', m: 'minute', s: 'second', ms: 'millisecond' }
  const [, number = '', unit = 'd'] = /^([\d.]+)([a-z]+)$/.exec(keep) ?? []
  return `${number} ${words[unit as keyof typeof words]}${number === '1' ? '' : 's'}`
}

function absent(keep: string): PortalError {
  const hint = keep === 'for ever' ? 'Check the address.' : `Lines are kept for ${spanOf(keep)}.`
  return new PortalError('not_found', 'There is no such line in the audit', { hint })
}
