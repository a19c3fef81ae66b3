import type { Actor } from '../../api/actor.ts'
import type { PluginContext } from '../../api/plugin.ts'
import { formatRef, parseRef } from '../../api/ref.ts'
import type { NotificationOptions } from './config.ts'
import { directorySeam } from './contract.ts'
import type { CheckedDraft } from './draft.ts'

/** Whom something is for: what readers are compared with, and the people among them, for mail. */
export interface Audience {
  keys: readonly string[]
  /** `everyone` where it is for all users there are. */
  people: readonly string[] | 'everyone'
}

/** Members are looked up now; who joins a group later finds it by the group. */
export function audienceFor(
  ctx: PluginContext,
  options: NotificationOptions,
  draft: Pick<CheckedDraft, 'recipients' | 'exclude'>,
): Audience {
  const given = draft.recipients
  if (given === 'everyone') return { keys: ['everyone'], people: 'everyone' }
  if (given === 'admins' && options.admins.length === 0) return { keys: ['admins'], people: [] }
  const refs = given === 'admins' ? options.admins.map((ref) => formatRef(parseRef(ref, { kind: 'group' }))) : given
  const { groups, users } = ctx.tryUse(directorySeam)?.reach(refs) ?? unknownPeople(refs)
  if (draft.exclude.length === 0) return { keys: [...new Set([...groups, ...users])], people: users }
  // By the group the one who is left out would find it after all.
  const left = users.filter((user) => !draft.exclude.includes(user))
  return { keys: left, people: left }
}

/** Without a directory a reference stands for itself. */
function unknownPeople(refs: readonly string[]): { groups: string[]; users: string[] } {
  return {
    groups: refs.filter((ref) => !ref.startsWith('user:')),
    users: refs.filter((ref) => ref.startsWith('user:')),
  }
}

/** What somebody's marks and settings are kept under. */
export function personOf(actor: Actor): string {
  return actor.ref ?? `${actor.kind}:${actor.id}`
}

/** Everything that somebody is addressed by. */
export function keysOf(ctx: PluginContext, actor: Actor): string[] {
  const admin = ctx.allows(actor, 'notifications.admin') ? ['admins'] : []
  return [personOf(actor), ...actor.groups, 'everyone', ...admin]
}

/** The topic of open pages that show what is for one of these. */
export const liveTopic = (key: string): string => `notifications:${key}`
