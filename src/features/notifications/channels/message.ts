import type { ItemRow } from '../store/items.ts'

/** What leaves the portal, whatever the channel. */
export interface Message {
  id: string
  origin: string
  topic: string
  scope: string | null
  severity: string
  title: string
  description: string | null
  /** Absolute. */
  link: string | null
  recipients: string
  toldAt: Date
}

/** @param base what paths of the portal are completed by: `https://portal.acme.dev` */
export function messageOf(item: ItemRow, base: string): Message {
  const { id, origin, topic, scope, severity, title, description, recipients, toldAt } = item
  const link = item.link === null ? null : new URL(item.link, base).href
  return { id, origin, topic, scope, severity, title, description, link, recipients, toldAt }
}

/** How an attempt to hand something over ended. `final`: another one would be of no use. */
export class DeliveryFailure extends Error {
  readonly final: boolean
  /** Everything else that goes the same way would fail as well. */
  readonly outage: boolean
  /** Not to be tried again before. */
  readonly until: Date | undefined

  constructor(message: string, options: { final?: boolean; outage?: boolean; until?: Date | undefined } = {}) {
    super(message)
    this.name = 'DeliveryFailure'
    this.final = options.final ?? false
    this.outage = options.outage ?? false
    this.until = options.until
  }
}
