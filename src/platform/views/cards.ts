import { messageOf, PortalError } from '../../api/errors.ts'
import type { Contributed } from '../contributions.ts'

/** A frame with a title around a view that a plugin's data fills. */
export interface Card {
  id: string
  title: string
  state: 'ready' | 'loading' | 'error' | 'stale'
  /** A built-in view or one of the plugin's own, with its props; null unless ready or stale. */
  view: string | null
  props: object | null
  /** What went wrong, and what to do. */
  message: string | null
  hint: string | null
  /** Name of the plugin, shown with an error. */
  plugin: string
  /** When its data was collected; null when it is of this moment. */
  asOf: number | null
  /** Loads the card by itself when the state is `loading`; tries again on an error. */
  href: string | null
}

/** What all contributions that fill a card have in common. */
export interface CardSpec {
  id: string
  title: string
  view: string
}

/** How long a page waits for a card; a tab that someone opened may take longer. Milliseconds. */
const patience = { page: 1_000, tab: 10_000 } as const

/**
 * Runs a contribution's loader with a time limit. What fails takes only its own card down, and says whose it is.
 *
 * @param href where the card can be had alone, to try again
 * @returns undefined when the contribution has nothing to show
 */
export async function loadCard(
  contributed: Contributed<CardSpec>,
  run: (signal: AbortSignal) => object | undefined | Promise<object | undefined>,
  where: keyof typeof patience,
  href: string | null,
): Promise<Card | undefined> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  try {
    const result = run(controller.signal)
    const props = result instanceof Promise ? await Promise.race([result, timeLimit()]) : result
    return (
      props && {
        ...frameOf(contributed),
        state: 'ready',
        view: contributed.spec.view,
        props,
        message: null,
        hint: null,
        href,
      }
    )
  } catch (error) {
    contributed.ctx.log.warn({ err: error, contribution: contributed.id }, `${contributed.id} could not be shown`)
    return failedCard(contributed, error, href)
  } finally {
    clearTimeout(timer)
  }

  function timeLimit(): Promise<never> {
    return new Promise((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = new PortalError('upstream', `It took longer than ${patience[where] / 1000} s`, {
          hint: 'Try again later.',
        })
        controller.abort(error)
        reject(error)
      }, patience[where])
    })
  }
}

/** The same card with what went wrong in it. */
export function failedCard(contributed: Contributed<CardSpec>, error: unknown, href: string | null): Card {
  const isOurs = error instanceof PortalError
  return {
    ...frameOf(contributed),
    state: 'error',
    view: null,
    props: null,
    message: isOurs ? error.message : `It broke: ${messageOf(error)}`,
    hint: isOurs ? (error.hint ?? null) : `The log of the portal says more about plugin ${contributed.plugin}.`,
    href,
  }
}

function frameOf({ id, plugin, spec }: Contributed<CardSpec>) {
  return { id: id.replaceAll('.', '-'), title: spec.title, plugin, asOf: null }
}
