import type { Actor } from '../../api/actor.ts'
import { type ServiceRef, serviceRef } from '../../api/wiring.ts'

/** What stands at the top of every page for who may: how much there is to read, and where. */
export interface Bell {
  permission: string
  href: string
  /** From memory or by one indexed query. */
  unread(actor: Actor): number
  /** Topics that tell of another number; pages that follow anything follow them as well. */
  liveTopics(actor: Actor): readonly string[]
}

/** The seam that notifications plug into. Without a provider there is no bell. */
export const bellSeam: ServiceRef<Bell> = serviceRef('platform.bell')
