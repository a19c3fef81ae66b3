import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import type { Actor } from '../../api/actor.ts'
import { PortalError } from '../../api/errors.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'
import type { Inbox } from './inbox.ts'
import { inboxViews, marks as markNames } from './store/inbox.ts'
import { emailModes, type TopicSetting } from './store/settings.ts'

export const views = inboxViews
export const marks = z.enum(markNames)

/** What the button of one row says: `read <id>`. @throws PortalError `invalid` */
export function readMark(text: string): { as: z.output<typeof marks>; ids: string[] } {
  const [word = '', ...ids] = text.split(' ')
  const as = marks.safeParse(word)
  if (as.success && ids.length === 1) return { as: as.data, ids }
  throw new PortalError('invalid', 'The form names no mark of a notification', { hint: 'Load the page again.' })
}

const mostTopics = 200

/** What the form of the settings says: `shown.<topic>` for each row, `portal.<topic>` and `email.<topic>` in it. */
export function readChoices(form: Readonly<Record<string, string | string[]>>): TopicSetting[] {
  const topics = Object.keys(form).flatMap((name) => (name.startsWith('shown.') ? [name.slice('shown.'.length)] : []))
  if (topics.length > mostTopics || topics.some((topic) => !/^[a-z][\w.-]{0,79}$/i.test(topic))) {
    throw new PortalError('invalid', 'The form names topics that cannot be', {
      hint: 'Load the page again and choose there.',
    })
  }
  return topics.map((topic) => {
    const email = [form[`email.${topic}`] ?? ''].flat()[0]
    const mode = emailModes.find((one) => one === email)
    if (email && !mode) {
      throw new PortalError('invalid', `"${email.slice(0, 60)}" is no way to mail notifications`, {
        hint: `Choose one of ${emailModes.join(', ')}.`,
      })
    }
    return { topic, portal: form[`portal.${topic}`] !== undefined, email: mode ?? null }
  })
}

/** Finds where a notification leads, and marks it as read where a person follows the link. */
export type Follow = (actor: Actor, id: string, headers: IncomingHttpHeaders) => Promise<string>

export const followRef: ServiceRef<Follow> = serviceRef('notifications.follow')

export function createFollow(inbox: Inbox): Follow {
  return async (actor, id, headers) => {
    const { link, readAt } = inbox.find(actor, id)
    if (readAt === null && isFollowed(headers)) await inbox.mark(actor, [id], 'read')
    return link ?? '/notifications'
  }
}

/** Neither a picture on a foreign page nor a browser that looks ahead reads anything. */
function isFollowed(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site']
  const ahead = `${headers['sec-purpose'] ?? ''}${headers.purpose ?? ''}`
  return (site === undefined || site === 'same-origin' || site === 'none') && !ahead.includes('prefetch')
}
