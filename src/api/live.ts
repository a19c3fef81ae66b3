import { type EventRef, eventRef } from './wiring.ts'

/**
 * Something that open pages show has changed: each page that names one of the topics under `live` in the options of
 * `reply.page` fetches itself again. A topic is the full reference of an entity, or begins with the plugin's name.
 *
 * @example ctx.emit(shownChanged, { topics: ['costs'] })
 */
export const shownChanged: EventRef<{ topics: readonly string[] }> = eventRef('portal.shown-changed')
