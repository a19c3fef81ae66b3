/** A typed name under which one feature offers its verbs to others: `ctx.use(catalogService)`. */
export interface ServiceRef<T> {
  readonly id: string
  /** Only carries the type. */
  readonly type?: T
}

export const serviceRef = <T>(id: string): ServiceRef<T> => ({ id })

/** A typed name of something that has happened. Events go out after the commit of what they tell. */
export interface EventRef<T> {
  readonly id: string
  readonly type?: T
}

export const eventRef = <T>(id: string): EventRef<T> => ({ id })

/**
 * Somebody cancelled a waiting job. A plugin whose jobs ask for the next one themselves asks for it here instead, or
 * there would be none any more.
 */
export const jobCancelled: EventRef<{
  /** `<plugin>.<id>` */
  kind: string
  payload: unknown
}> = eventRef('portal.job-cancelled')

/** The portal serves and its jobs run. Work that a plugin does by itself begins here, so that commands do not begin it. */
export const portalStarted: EventRef<{ address: string }> = eventRef('portal.started')
