import { AsyncLocalStorage } from 'node:async_hooks'
import { messageOf } from '../../api/errors.ts'
import type { Log } from '../../api/plugin.ts'
import type { EventRef } from '../../api/wiring.ts'
import type { PortalDatabase } from '../db/open.ts'

export type Listener<T> = (payload: T) => void | Promise<void>

export interface Events {
  /**
   * Listeners run after the emitter's turn, in the order of their registration. Each gets its events one after
   * the other, so a slow one delays only itself.
   * @returns a function that ends the subscription
   */
  on<T>(event: EventRef<T>, listener: Listener<T>): () => void
  /** Inside a write the event goes out after the commit, and never when the write fails; outside at once. */
  emit<T>(event: EventRef<T>, payload: T): void
  /** Resolves when every listener has returned, also of the events that listeners emitted. */
  settled(): Promise<void>
}

interface Subscription {
  listener: Listener<unknown>
  active: boolean
  tail: Promise<void>
}

export function createEvents({
  db,
  log,
}: {
  db: Pick<PortalDatabase, 'inTransaction' | 'afterCommit'>
  log: Log
}): Events {
  const subscriptions = new Map<string, Set<Subscription>>()
  const pending = new Set<Promise<void>>()
  // A listener must not inherit the emitter's transaction or request.
  const outside = AsyncLocalStorage.snapshot()

  function on<T>(event: EventRef<T>, listener: Listener<T>): () => void {
    const subscription: Subscription = {
      listener: listener as Listener<unknown>,
      active: true,
      tail: Promise.resolve(),
    }
    const listeners = subscriptions.get(event.id) ?? new Set()
    subscriptions.set(event.id, listeners.add(subscription))
    return () => {
      subscription.active = false
      listeners.delete(subscription)
    }
  }

  function emit<T>(event: EventRef<T>, payload: T): void {
    if (db.inTransaction()) db.afterCommit(() => deliver(event.id, payload))
    else deliver(event.id, payload)
  }

  async function settled(): Promise<void> {
    while (pending.size) await Promise.all(pending)
  }

  function deliver(id: string, payload: unknown): void {
    for (const subscription of subscriptions.get(id) ?? []) {
      subscription.tail = outside(() => subscription.tail.then(() => call(id, subscription, payload)))
      const { tail } = subscription
      pending.add(tail)
      void tail.then(() => pending.delete(tail))
    }
  }

  async function call(id: string, subscription: Subscription, payload: unknown): Promise<void> {
    if (!subscription.active) return
    try {
      await subscription.listener(payload)
    } catch (error) {
      log.error({ event: id, err: error }, `A listener of ${id} failed: ${messageOf(error)}`)
    }
  }

  return { on, emit, settled }
}
