import { AskedAgain } from '../../../platform/asked-again.ts'
import type { EntityPage } from '../views.ts'

export interface KeptOverview {
  props: EntityPage
  /** Equal only for equal props; undefined where nothing tells whether they are. */
  stable?: string
}

/** Made of some 50 kB each, so few; their pages are kept as they were sent. */
const most = { recent: 1, max: 60 }
const minute = 60_000

/** Props of pages that are asked for again and again, each under everything it is made of. */
export function createKeptOverviews(now: () => Date) {
  const kept = new AskedAgain<KeptOverview>(most)

  return {
    /**
     * @param version undefined where something that it is made of has none: it is put together anew
     * @param isLasting whether the props, once made, may be kept
     */
    async get(
      version: readonly unknown[] | undefined,
      make: () => Promise<{ props: EntityPage; isLasting: boolean }>,
    ): Promise<KeptOverview> {
      if (!version) return { props: (await make()).props }
      const name = JSON.stringify(version)
      // They tell how long ago things were.
      const key = `${Math.floor(now().getTime() / minute)} ${name}`
      const known = kept.get(key)
      if (known) return known
      const { props, isLasting } = await make()
      if (!isLasting) return { props }
      const made = { props, stable: key }
      kept.set(key, made, name)
      return made
    },
  }
}
