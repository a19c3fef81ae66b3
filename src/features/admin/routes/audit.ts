import { z } from 'zod'
import { type Route, route } from '../../../api/route.ts'
import { one } from '../../../platform/http/routes.ts'
import { AuditAddress, auditPagesRef } from '../audit/pages.ts'
import { framed } from '../frame.ts'

const permission = 'admin.audit'
const key = z.string().min(1).max(64)

export const auditRoutes: Route[] = [
  route({
    method: 'GET',
    url: '/admin/audit',
    permission,
    query: AuditAddress.extend({ before: one.pipe(key.optional()) }),
    handler: ({ query: { before, ...address }, use }, reply) =>
      reply.page('admin/audit', use(auditPagesRef).list(address, before), {
        title: 'Audit',
        ...framed({ text: 'Audit' }),
      }),
  }),
  route({
    method: 'GET',
    url: '/admin/audit.csv',
    heavy: true,
    permission,
    query: AuditAddress,
    handler: ({ query, use }, reply) =>
      reply
        .header('content-disposition', 'attachment; filename="audit.csv"')
        .type('text/csv; charset=utf-8')
        .send(use(auditPagesRef).csv(query)),
  }),
  route({
    method: 'GET',
    url: '/admin/audit.jsonl',
    heavy: true,
    permission,
    query: AuditAddress,
    handler: ({ query, use }, reply) =>
      reply
        .header('content-disposition', 'attachment; filename="audit.jsonl"')
        .type('application/x-ndjson; charset=utf-8')
        .send(use(auditPagesRef).jsonLines(query)),
  }),
  route({
    method: 'GET',
    url: '/admin/audit/:line',
    permission,
    params: z.object({ line: key }),
    handler: ({ params, use }, reply) => {
      const props = use(auditPagesRef).line(params.line)
      const frame = framed({ text: 'Audit', href: '/admin/audit' }, { text: props.line.action })
      return reply.page('admin/audit-line', props, { title: `Audit: ${props.line.action}`, ...frame })
    },
  }),
]
