import type { Actor } from '../../api/actor.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import { type Severity, severities } from './contract.ts'
import type { Inbox } from './inbox.ts'
import type { NotificationService } from './service.ts'
import type { NotificationSettings } from './settings.ts'
import type { InboxQuery, InboxView } from './store/inbox.ts'
import { channelTitle, everyText, type NotificationsPage, notificationsView, type SettingsPage } from './views.ts'

/** What the address of the page says. */
export interface PageQuery {
  view: InboxView
  topic: string | undefined
  severity?: Severity | undefined
  after: string | undefined
  before: string | undefined
}

export interface NotificationPages {
  list(actor: Actor, query: PageQuery, own: string): NotificationsPage
  settings(actor: Actor, saved: boolean): Promise<SettingsPage>
}

export const pagesRef: ServiceRef<NotificationPages> = serviceRef('notifications.pages')

const pageSize = 30

export function createPages(
  inbox: Inbox,
  service: NotificationService,
  settings: NotificationSettings,
): NotificationPages {
  return {
    list(actor, query, own) {
      const listing = inbox.list(actor, filterOf(query), pageSize)
      return notificationsView({ ...query, ...listing, topics: inbox.topics(actor), named: service.topics, own })
    },

    async settings(actor, saved) {
      const { topics, email, digest, channels } = await settings.overview(actor)
      return {
        topics,
        mail: email && digest !== null ? { address: email, digest: everyText(digest) } : null,
        noMail: email === undefined ? 'unset' : email === null ? 'no-address' : null,
        saved,
        channels: channels?.map(({ channel, ...rest }) => ({ title: channelTitle(channel), ...rest })) ?? null,
      }
    },
  }
}

export function filterOf({ severity, ...query }: PageQuery): InboxQuery {
  return { ...query, weight: severity && severities.indexOf(severity) }
}
