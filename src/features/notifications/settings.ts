import type { Actor } from '../../api/actor.ts'
import { shownChanged } from '../../api/live.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { liveTopic, personOf } from './audience.ts'
import type { NotificationOptions } from './config.ts'
import { directorySeam } from './contract.ts'
import type { Inbox } from './inbox.ts'
import type { NotificationService } from './service.ts'
import { type ChannelState, channelStates } from './store/outbox.ts'
import { type EmailMode, listSettings, saveSettings, type TopicSetting } from './store/settings.ts'

export interface TopicChoice {
  id: string
  title: string
  description: string | null
  portal: boolean
  email: EmailMode
}

export interface SettingsOverview {
  topics: readonly TopicChoice[]
  /** Where mail goes; null where the reader has no address, undefined where the portal sends none. */
  email: string | null | undefined
  /** How long a digest collects. */
  digest: string | null
  /** How the ways out are doing; undefined for who does not run the portal. */
  channels: readonly ChannelState[] | undefined
}

/** Which topics somebody is told of, and how. */
export interface NotificationSettings {
  overview(actor: Actor): Promise<SettingsOverview>
  save(actor: Actor, chosen: readonly TopicSetting[], requestId: string): Promise<void>
}

export const settingsRef: ServiceRef<NotificationSettings> = serviceRef('notifications.settings')

const day = 86_400_000

export function createSettings(
  ctx: PluginContext,
  options: NotificationOptions,
  { service, inbox }: { service: NotificationService; inbox: Inbox },
): NotificationSettings {
  const { read } = ctx.db
  const { email } = options

  return {
    async overview(actor) {
      const person = personOf(actor)
      const chosen = new Map((await listSettings(read, person)).map((one) => [one.topic, one]))
      const ids = [...new Set([...service.topics.keys(), ...inbox.topics(actor), ...chosen.keys()])].sort()
      const topics = ids.map((id): TopicChoice => {
        const { title = id, description = null } = service.topics.get(id) ?? {}
        const { portal = true, email: mode = null } = chosen.get(id) ?? {}
        return { id, title, description, portal, email: mode ?? email?.mode ?? 'off' }
      })
      const address = ctx.tryUse(directorySeam)?.addresses([person]).get(person)?.email ?? null
      const isAdmin = ctx.allows(actor, 'notifications.admin')
      return {
        topics,
        email: email ? address : undefined,
        digest: email?.digest ?? null,
        channels: isAdmin ? channelStates(read, new Date(ctx.now().getTime() - day)) : undefined,
      }
    },

    async save(actor, chosen, requestId) {
      const person = personOf(actor)
      await ctx.db.write(async (tx) => {
        const before = audited(await listSettings(tx, person))
        await saveSettings(tx, person, chosen)
        const after = audited(await listSettings(tx, person))
        await ctx.audit(tx, { action: 'notifications.settings', actor, target: person, requestId, before, after })
        ctx.emit(shownChanged, { topics: [liveTopic(person)] })
      })
    },
  }
}

/** What the audit keeps: the choice by topic. */
function audited(settings: readonly TopicSetting[]) {
  const textOf = ({ portal, email }: TopicSetting) =>
    `${portal ? 'portal' : 'no portal'}, mail ${email ?? 'not chosen'}`
  return Object.fromEntries(settings.map((one) => [one.topic, textOf(one)]))
}
