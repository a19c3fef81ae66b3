import { createHash } from 'node:crypto'
import type { PluginContext } from '../../../api/plugin.ts'
import { parseRef } from '../../../api/ref.ts'
import { plural } from '../../../platform/views/plural.ts'
import { catalogWatchSeam, type NotificationDraft, type Notifications, type TroubledEntity } from '../contract.ts'
import { type ItemRow, listOpen } from '../store/items.ts'
import { recall, remember } from '../store/settings.ts'

const origin = 'catalog'
export const problemsTopic = 'catalog.problems'
const memoryKey = 'problems'

/** An owner who would be told of more entities than this at once is told of them in one. */
const mostSingle = 5

/** Whose problems an owner knows: marks of their messages. Places change when lines move, messages do not. */
type Known = Record<string, { owner: string; marks: string }>

/**
 * Tells owners of problems that they were not told of, and changes or ends what was told of those that are mended.
 * How much is told does not depend on how often this runs.
 */
export async function tellOfProblems(ctx: PluginContext, service: Notifications): Promise<void> {
  const watch = ctx.tryUse(catalogWatchSeam)
  // A source that is read for the first time is told of as a whole.
  if (!watch || (await watch.sources()).some(({ readAt }) => readAt === null)) return
  const troubled = watch.troubled()
  const before = (await recall(ctx.db.read, memoryKey)) as Known | undefined
  const after: Known = Object.fromEntries(troubled.map((one) => [one.ref, { owner: one.owner, marks: marksOf(one) }]))
  const most = before === undefined ? 1 : mostSingle
  const told = new Set<string>()
  for (const [owner, fresh] of byOwner(troubled.filter((one) => isNews(one, before?.[one.ref])))) {
    const all = troubled.filter((entity) => entity.owner === owner)
    const drafts = fresh.length > most ? [summaryOf(owner, all)] : fresh.map(draftOf)
    await ctx.db.write(async (tx) => {
      for (const draft of drafts) await service.send(draft, tx)
    })
    for (const { scope, recipients } of drafts) told.add(`${scope} ${recipients}`)
  }
  for (const item of await listOpen(ctx.db.read, origin, problemsTopic)) {
    if (!told.has(`${item.scope} ${item.recipients}`)) await follow(service, item, troubled)
  }
  if (JSON.stringify(after) !== JSON.stringify(before)) {
    await ctx.db.write((tx) => remember(tx, memoryKey, after))
  }
}

function isNews({ owner, messages }: TroubledEntity, known: Known[string] | undefined): boolean {
  return known?.owner !== owner || messages.some((message) => !known.marks.includes(markOf(message)))
}

const marksOf = ({ messages }: TroubledEntity) => [...new Set(messages.map(markOf))].sort().join(' ')
const markOf = (message: string) => createHash('sha256').update(message).digest('base64url').slice(0, 8)

/** What was told is brought to what holds now, and nobody is told again. */
async function follow(service: Notifications, item: ItemRow, troubled: readonly TroubledEntity[]): Promise<void> {
  const { scope, recipients: owner } = item
  if (scope === null) return
  const [, ref] = /^entity (.+)/.exec(scope) ?? []
  const left = troubled.filter((entity) => entity.owner === owner && (ref === undefined || entity.ref === ref))
  const [first] = left
  if (!first) return service.settle({ origin, scope, recipients: owner })
  const draft = ref === undefined ? summaryOf(owner, left) : draftOf(first)
  if (draft.title !== item.title || draft.description !== item.description)
    await service.send({ ...draft, quiet: true })
}

function draftOf({
  ref,
  title,
  href,
  owner,
  errors,
  warnings,
  messages: [message = ''],
}: TroubledEntity): NotificationDraft {
  const count = errors + warnings
  return {
    origin,
    topic: problemsTopic,
    recipients: [owner],
    scope: `entity ${ref}`,
    title: `${plural(count, 'problem')} in ${cut(title, 120)}`,
    description: cut(count > 1 ? `${message}. And ${plural(count - 1, 'other')}.` : message, 500),
    link: href,
    severity: errors > 0 ? 'normal' : 'low',
  }
}

/** One notification of several entities of an owner. */
export function summaryOf(owner: string, all: readonly TroubledEntity[]): NotificationDraft {
  const count = all.reduce((sum, { errors, warnings }) => sum + errors + warnings, 0)
  const names = all.slice(0, 5).map(({ title }) => cut(title, 60))
  const rest = all.length > names.length ? ` and ${plural(all.length - names.length, 'other')}` : ''
  return {
    origin,
    topic: problemsTopic,
    recipients: [owner],
    scope: `owner ${owner}`,
    title: `${plural(count, 'problem')} in ${plural(all.length, 'entity', 'entities')} of ${cut(parseRef(owner).name, 80)}`,
    description: `In ${names.join(', ')}${rest}.`,
    link: `/catalog/problems?owner=${encodeURIComponent(owner)}`,
    severity: all.some(({ errors }) => errors > 0) ? 'normal' : 'low',
  }
}

function byOwner(entities: readonly TroubledEntity[]): Map<string, TroubledEntity[]> {
  const owners = new Map<string, TroubledEntity[]>()
  for (const entity of entities) owners.set(entity.owner, [...(owners.get(entity.owner) ?? []), entity])
  return owners
}

function cut(text: string, most: number): string {
  const signs = Array.from(text)
  return signs.length > most ? `${signs.slice(0, most - 1).join('')}…` : text
}
