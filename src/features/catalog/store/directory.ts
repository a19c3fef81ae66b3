import { sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import type { Entity } from '../../../api/entity.ts'
import { emailOf } from '../model/profile.ts'
import { documents, entities, problems, relations } from '../schema.ts'
import { withSubGroups } from './organisation.ts'
import { placelessMessage } from './problems.ts'

const listOf = (values: readonly string[]) => sql`(select value from json_each(${JSON.stringify(values)}))`

/** Owners of entities that are no group or user, by reference of the entity. */
export function ownersOf(read: Reader, refs: readonly string[]): Map<string, string> {
  const rows = read.all(
    sql`select ${entities.ref} as ref, ${entities.owner} as owner from ${entities}
      where ${entities.ref} in ${listOf(refs)} and ${entities.owner} is not null`,
  ) as unknown as { ref: string; owner: string }[]
  return new Map(rows.map(({ ref, owner }) => [ref, owner]))
}

/** Users of these groups and of those below them, whoever asks. */
export function usersBelow(read: Reader, groups: readonly string[]): string[] {
  if (groups.length === 0) return []
  const rows = read.all(
    sql`select distinct ${relations.targetRef} as ref from ${relations}
      where ${relations.sourceRef} in (${withSubGroups(groups, undefined)}) and ${relations.type} = 'hasMember'
        and ${relations.targetRef} like 'user:%'`,
  ) as unknown as { ref: string }[]
  return rows.map(({ ref }) => ref)
}

/** Users whose profile has an address. */
export function mailboxesOf(read: Reader, users: readonly string[] | 'everyone') {
  const some = users === 'everyone' ? sql`` : sql` and ${entities.ref} in ${listOf(users)}`
  const rows = read.all(
    sql`select ${entities.ref} as ref, coalesce(${entities.title}, ${entities.name}) as name, ${documents.entity} as document
      from ${entities} join ${documents} on ${documents.number} = ${entities.number} where ${entities.kind} = 'user'${some}`,
  ) as unknown as { ref: string; name: string; document: string }[]
  return rows.flatMap(({ ref, name, document }) => {
    const email = emailOf(JSON.parse(document) as Entity)
    return email === null ? [] : [{ ref, name, email }]
  })
}

export interface TroubledRow {
  ref: string
  kind: string
  namespace: string
  name: string
  title: string | null
  owner: string
  errors: number
  warnings: number
  messages: string[]
}

/** Entities with an owner and something wrong. */
export function listTroubled(read: Reader): TroubledRow[] {
  const isError = sql`${problems.severity} = 'error'`
  const rows = read.all(
    sql`select ${entities.ref} as ref, ${entities.kind} as kind, ${entities.namespace} as namespace,
        ${entities.name} as name, ${entities.title} as title, ${entities.owner} as owner, sum(${isError}) as errors,
        sum(not ${isError}) as warnings, json_group_array(json_array(not ${isError}, ${placelessMessage})) as messages
      from ${problems} cross join ${entities} on ${entities.ref} = ${problems.ref}
      where ${problems.severity} <> 'info' and ${entities.owner} is not null group by ${entities.ref} order by ${entities.ref}`,
  ) as unknown as (Omit<TroubledRow, 'messages'> & { messages: string })[]
  return rows.map(({ messages, ...row }) => {
    const all = JSON.parse(messages) as [rank: number, message: string][]
    return { ...row, messages: all.sort(([a], [b]) => a - b).map(([, message]) => message) }
  })
}
