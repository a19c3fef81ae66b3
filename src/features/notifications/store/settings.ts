import { and, eq, sql } from 'drizzle-orm'
import type { Reader, Transaction } from '../../../api/database.ts'
import { memory, settings } from '../schema.ts'

export const emailModes = ['now', 'digest', 'off'] as const
export type EmailMode = (typeof emailModes)[number]

export interface TopicSetting {
  topic: string
  /** Whether it is shown in the portal. */
  portal: boolean
  /** Null where nothing was chosen. */
  email: EmailMode | null
}

export async function listSettings(read: Reader, person: string): Promise<TopicSetting[]> {
  const rows = await read.select().from(settings).where(eq(settings.person, person))
  return rows.map(({ topic, portal, email }) => ({ topic, portal, email: email as EmailMode | null }))
}

export function mutedTopics(read: Reader, person: string): string[] {
  const rows = read.all(
    sql`select ${settings.topic} as topic from ${settings} where ${settings.person} = ${person} and not ${settings.portal}`,
  ) as unknown as { topic: string }[]
  return rows.map(({ topic }) => topic)
}

/** What some people chose for mail about a topic. */
export async function emailChoices(
  read: Reader | Transaction,
  topic: string,
  people: readonly string[],
): Promise<Map<string, EmailMode>> {
  const rows = await read
    .select()
    .from(settings)
    .where(
      and(
        eq(settings.topic, topic),
        sql`${settings.person} in (select value from json_each(${JSON.stringify(people)}))`,
      ),
    )
  return new Map(rows.flatMap(({ person, email }) => (email === null ? [] : [[person, email as EmailMode] as const])))
}

export async function saveSettings(tx: Transaction, person: string, chosen: readonly TopicSetting[]): Promise<void> {
  for (const { topic, portal, email } of chosen) {
    // The form has no choice for mail while none can be sent: what was chosen before stays.
    await tx
      .insert(settings)
      .values({ person, topic, portal, email })
      .onConflictDoUpdate({
        target: [settings.person, settings.topic],
        set: { portal, ...(email !== null && { email }) },
      })
  }
}

/** What a sender of ours remembers. */
export async function recall(read: Reader, key: string): Promise<unknown> {
  const [row] = await read.select().from(memory).where(eq(memory.key, key))
  return row?.value
}

export async function remember(tx: Transaction, key: string, value: unknown): Promise<void> {
  await tx.insert(memory).values({ key, value }).onConflictDoUpdate({ target: memory.key, set: { value } })
}
