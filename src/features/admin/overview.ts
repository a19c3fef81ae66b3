import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { identitySeam } from '../../platform/auth/identity.ts'
import { signInSeam } from '../../platform/auth/sign-in.ts'
import { jobRunner } from '../../platform/jobs/jobs.ts'
import { policySeam } from '../../platform/permissions/policy.ts'
import { count, plural, sentence } from '../../platform/views/plural.ts'
import { ruleNotesRef } from '../access/contract.ts'
import { type SourceLine, sourceLines } from '../catalog/contract.ts'
import type { About } from './about.ts'
import { trailRef } from './audit/trail.ts'
import { lastedText, sizeText } from './sizes.ts'
import type { Attention, OverviewFigures, OverviewPage } from './views.ts'

/** What the first page of the administration says to this reader, each part by its own permission. */
export interface Overview {
  attention(actor: Actor): Promise<Attention[]>
  /** Undefined for who may not see them. */
  sources(actor: Actor): Promise<readonly SourceLine[] | undefined>
  figures(actor: Actor): Promise<OverviewFigures | undefined>
  /** Other pages for those who run the portal. */
  links(actor: Actor): OverviewPage['links']
}

export const overviewRef: ServiceRef<Overview> = serviceRef('admin.overview')

const day = 86_400_000
const leastFree = 500_000_000

const otherPages = [
  {
    permission: 'metrics.read',
    title: 'Metrics',
    href: '/metrics',
    text: 'Figures for Prometheus.',
  },
  {
    permission: 'admin.gallery',
    title: 'View gallery',
    href: '/admin/gallery',
    text: 'Every region of the pages in each of its states.',
  },
]

export function createOverview(ctx: PluginContext, about: About): Overview {
  const runner = () => ctx.use(jobRunner)

  async function sources(actor: Actor): Promise<readonly SourceLine[] | undefined> {
    if (!ctx.allows(actor, 'catalog.sources')) return undefined
    return await ctx.tryUse(sourceLines)?.(actor)
  }

  function access(): Attention[] {
    const signIn = ctx.tryUse(signInSeam)
    const isOpen = signIn ? signIn.isOpen() : !(ctx.tryUse(identitySeam) && ctx.tryUse(policySeam))
    if (!isOpen) return []
    return [
      {
        tone: 'warn',
        title: 'There is no access control',
        text: 'Whoever reaches this portal may do everything, also what is on these pages.',
        href: null,
      },
    ]
  }

  async function ofSources(actor: Actor): Promise<Attention[]> {
    const all = (await sources(actor)) ?? []
    const failed = all.filter(({ state }) => state === 'failed')
    const held = all.filter(({ state }) => state === 'held')
    const problems = all.reduce((sum, one) => sum + one.problems, 0)
    const href = '/catalog/sources'
    return [
      ...told(failed.length, 'bad', `${plural(failed.length, 'source')} cannot be read`, namesOf(failed), href),
      ...told(
        held.length,
        'warn',
        `${plural(held.length, 'source')} ${held.length === 1 ? 'waits' : 'wait'} for a decision`,
        namesOf(held),
        href,
      ),
      ...told(
        problems,
        'info',
        `${plural(problems, 'problem')} in the catalog`,
        'In files of its sources.',
        '/catalog/problems',
      ),
    ]
  }

  async function ofJobs(actor: Actor): Promise<Attention[]> {
    if (!ctx.allows(actor, 'admin.jobs')) return []
    const troubles = await runner().troubles(new Date(ctx.now().getTime() - day))
    const unknown = await runner().unknownKinds()
    return [
      ...(['failed', 'interrupted'] as const).flatMap((state) => {
        const of = troubles.filter((one) => one.state === state)
        const total = of.reduce((sum, one) => sum + one.count, 0)
        const what = state === 'failed' ? 'given up' : 'interrupted'
        const kinds = of.map((one) => `${one.kind} (${count(one.count)})`).join(', ')
        const title = `${plural(total, 'job')} ${what} within a day`
        return told(total, state === 'failed' ? 'bad' : 'warn', title, `${kinds}.`, `/admin/jobs?state=${state}`)
      }),
      ...told(
        unknown.length,
        'warn',
        `Nothing runs ${unknown.join(', ')}`,
        'Jobs of it wait, but no plugin of the configuration brings it any more.',
        '/admin/jobs?state=waiting',
      ),
    ]
  }

  async function ofDisk(actor: Actor): Promise<Attention[]> {
    if (!ctx.allows(actor, 'admin.about')) return []
    const free = await about.free()
    if (free >= leastFree) return []
    const text = `Migrations and backups need a copy of the database, at least ${sizeText(leastFree)}.`
    return [{ tone: 'bad', title: `Only ${sizeText(free)} are free on the disk`, text, href: '/admin/about' }]
  }

  function ofAudit(actor: Actor): Attention[] {
    const trouble = ctx.allows(actor, 'admin.audit') ? ctx.use(trailRef).stream?.trouble : undefined
    if (!trouble) return []
    const text = `${trouble.reason}. The lines wait in the database, and it is tried again by itself.`
    return [{ tone: 'bad', title: 'The audit cannot be written out', text, href: '/admin/audit' }]
  }

  function ofRules(actor: Actor): Attention[] {
    const notes = ctx.allows(actor, 'admin.config') ? (ctx.tryUse(ruleNotesRef)?.() ?? []) : []
    return notes.map((text) => ({
      tone: 'warn',
      title: 'A rule of access() misses its mark',
      text: sentence(text),
      href: null,
    }))
  }

  return {
    sources,
    links: (actor) => otherPages.filter(({ permission }) => ctx.allows(actor, permission)),

    async attention(actor) {
      const found = await Promise.all([
        access(),
        ofSources(actor),
        ofJobs(actor),
        ofDisk(actor),
        ofAudit(actor),
        ofRules(actor),
      ])
      const order = ['bad', 'warn', 'info']
      return found.flat().sort((a, b) => order.indexOf(a.tone) - order.indexOf(b.tone))
    },

    async figures(actor) {
      if (!ctx.allows(actor, 'admin.about')) return undefined
      const { version, node, uptime, entities, jobs, plugins } = await about.figures(actor)
      const total = [...entities.values()].reduce((sum, one) => sum + one, 0)
      return {
        version,
        node,
        uptime: lastedText(uptime),
        entities: total,
        running: jobs.get('running') ?? 0,
        plugins: plugins.length,
      }
    },
  }
}

function told(number: number, tone: Attention['tone'], title: string, text: string, href: string): Attention[] {
  return number === 0 ? [] : [{ tone, title, text, href }]
}

const mostNames = 5

function namesOf(sources: readonly SourceLine[]): string {
  const names = sources.slice(0, mostNames).map(({ title }) => title)
  const more = sources.length - names.length
  return `${names.join(', ')}${more > 0 ? ` and ${count(more)} more` : ''}.`
}
