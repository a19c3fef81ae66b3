import type { Transaction } from '../../api/database.ts'
import { shownChanged } from '../../api/live.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { audienceFor, liveTopic } from './audience.ts'
import type { NotificationOptions } from './config.ts'
import type { NotificationDraft, Notifications, NotificationTopic } from './contract.ts'
import { type CheckedDraft, checkDraft } from './draft.ts'
import { post } from './posting.ts'
import {
  audienceOf,
  findScoped,
  forgetReading,
  insertItem,
  replaceAudience,
  settleScope,
  updateItem,
} from './store/items.ts'
import { skipPostsOf } from './store/outbox.ts'

export interface NotificationService extends Notifications {
  /** Topics that were given a name, by id. */
  readonly topics: ReadonlyMap<string, NotificationTopic>
}

/** Tells people: in the portal at once, by mail and webhooks through the outbox. */
export function createNotifications(ctx: PluginContext, options: NotificationOptions): NotificationService {
  const topics = new Map<string, NotificationTopic>()

  /** A sender has its own transaction, and the audit line of what it is about stands there. */
  function within<T>(tx: Transaction | undefined, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return tx ? work(tx) : ctx.db.write(work)
  }

  function announce(keys: readonly string[]): void {
    ctx.emit(shownChanged, { topics: keys.map(liveTopic) })
  }

  async function tell(tx: Transaction, draft: CheckedDraft): Promise<string | undefined> {
    const { origin, scope, recipientsKey: recipients } = draft
    const known = scope === null ? undefined : await findScoped(tx, { origin, scope, recipients })
    if (draft.quiet) return known && reword(tx, known.id, draft)
    const at = ctx.now()
    const id = known?.id ?? ctx.id()
    if (known) {
      await updateItem(tx, id, { ...contentOf(draft), toldAt: at, settledAt: null })
      await forgetReading(tx, id)
    } else {
      await insertItem(tx, { id, origin, scope, recipients, ...contentOf(draft), createdAt: at, toldAt: at })
    }
    const audience = audienceFor(ctx, options, draft)
    await replaceAudience(tx, id, audience.keys)
    await post(tx, ctx, options, { item: id, draft, audience })
    announce(audience.keys)
    return id
  }

  async function reword(tx: Transaction, id: string, draft: CheckedDraft): Promise<string> {
    await updateItem(tx, id, contentOf(draft))
    announce(await audienceOf(tx, id))
    return id
  }

  return {
    topics,
    send: async (draft: NotificationDraft, tx) => {
      const checked = checkDraft(draft)
      return within(tx, (own) => tell(own, checked))
    },

    settle: (about, tx) =>
      within(tx, async (own) => {
        const settled = await settleScope(own, about, ctx.now())
        await skipPostsOf(own, settled, ctx.now())
        for (const id of settled) announce(await audienceOf(own, id))
      }),

    declare: (topic) => void topics.set(topic.id, topic),
  }
}

function contentOf({ topic, title, description, link, severity, weight }: CheckedDraft) {
  return { topic, title, description, link, severity, weight }
}
