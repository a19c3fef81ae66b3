/** Made-up lines of the audit, ordinary and hostile. */
import { changeOf } from './audit/change.ts'
import type { AuditList, AuditRow } from './audit/views.ts'
import { now } from './entity-fixtures.ts'

const minute = 60_000
const long = 'Rechtsschutzversicherungsgesellschaften'.repeat(4)
const hostile = `<script>alert(1)</script> ${long}`

const row = (id: string, more: Partial<AuditRow> = {}): AuditRow => ({
  id,
  href: '#',
  at: now - 3 * minute,
  action: 'access.token.create',
  target: 'token:01hv00000000000a0000',
  result: 'ok',
  tone: 'ok',
  who: { name: 'Ines Marchetti', href: '#' },
  address: '203.0.113.7',
  ...more,
})

const list: AuditList = {
  rows: [
    row('gallery-audit-1'),
    row('gallery-audit-2', { action: 'portal.write', target: 'POST /admin/accounts', result: 'denied', tone: 'warn' }),
    row('gallery-audit-3', { action: 'access.sign-in', target: 'local', result: 'failed', tone: 'bad', address: null }),
    row('gallery-audit-4', {
      action: `costs.${long}`,
      target: hostile,
      who: { name: hostile, href: '#' },
      address: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
    }),
  ],
  filtered: true,
  clearHref: '#',
  newestHref: '#',
  olderHref: '#',
  isPartial: true,
}

const before = { title: 'Ines', email: null, administrator: false, topics: ['a', 'b'], deep: { name: hostile } }
const after = { title: 'Ines Marchetti', email: 'ines@example.com', administrator: true, topics: ['a'], deep: {} }

type Section = readonly [title: string, view: string, samples: [name: string, props: object][]]

export const auditSections: readonly Section[] = [
  ['Audit', 'admin/_audit', [['every result', list]]],
  ['Change in the audit', 'admin/_audit-change', [['of every kind', { change: changeOf(before, after) }]]],
]
