import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import type { PageOptions, Reply } from '../../api/route.ts'
import { type SettingsAnswer, type SettingsSection, sectionAnchor } from '../../api/settings.ts'
import type { ServiceRef } from '../../api/wiring.ts'
import { type Contributed, contributionsRef } from '../../platform/contributions.ts'
import { loadCard } from '../../platform/views/cards.ts'
import type { SettingsPage, ShownSection } from './views.ts'

export const pageOptions: PageOptions = { title: 'Settings', crumbs: [{ text: 'Settings' }] }

const places = { browser: 'This browser', person: 'You' } as const

interface Asked {
  actor: Actor
  request: FastifyRequest
  /** What the address says was done: `<plugin>.<section>.<word>`. */
  said?: string | undefined
  answer?: SettingsAnswer
}

/** The sections that the actor may see, by place, in the order of the plugins. */
export async function settingsPage(use: <T>(service: ServiceRef<T>) => T, asked: Asked): Promise<SettingsPage> {
  const allowed = use(contributionsRef).settings.filter(({ spec, ctx }) => ctx.allows(asked.actor, spec.permission))
  const loaded = await Promise.all(allowed.map((one) => shown(one, asked)))
  const placed = (place: keyof typeof places) =>
    loaded.filter((section, at) => section && (allowed[at]?.spec.place ?? 'person') === place) as ShownSection[]
  const groups = (['browser', 'person'] as const).map((id) => ({ id, title: places[id], sections: placed(id) }))
  return { groups: groups.filter(({ sections }) => sections.length > 0) }
}

async function shown(
  section: Contributed<SettingsSection>,
  { actor, request, said, answer }: Asked,
): Promise<ShownSection | undefined> {
  const { id, spec, ctx } = section
  const form = answer?.section === id ? answer.form : undefined
  const load = (signal: AbortSignal) => spec.load({ actor, ctx, signal, request, ...(form && { form }) })
  const card = await loadCard(section, load, 'page', null)
  const word = said?.startsWith(`${id}.`) ? said.slice(id.length + 1) : undefined
  // Only what the section itself can say: an address may be written by anybody.
  const known = word !== undefined && Object.hasOwn(spec.messages ?? {}, word)
  return card && { card, anchor: sectionAnchor(id), said: known ? (spec.messages?.[word] ?? null) : null }
}

export async function answerWithin(ctx: PluginContext, reply: Reply, answer: SettingsAnswer): Promise<FastifyReply> {
  const props = await settingsPage((service) => ctx.use(service), {
    actor: answer.actor,
    request: reply.request,
    answer,
  })
  return reply.page('settings/index', props, { ...pageOptions, ...(answer.status && { status: answer.status }) })
}
