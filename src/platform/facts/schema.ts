import type { FactState, FactValue } from '../../api/fact.ts'
import { index, json, primaryKey, table, text, time } from '../db/columns.ts'

/** What was collected last about an entity, and what became of the last attempt. */
export const factValues = table(
  'facts_values',
  {
    /** `<plugin>.<id>`. */
    fact: text().notNull(),
    /** Full reference of the entity, lower case. */
    ref: text().notNull(),
    /** Null until an attempt has succeeded. */
    value: json<FactValue>(),
    state: text().$type<FactState>().notNull(),
    href: text(),
    /** When the value was read; null as long as it never was. */
    asOf: time(),
    triedAt: time().notNull(),
    /** Why the last attempt failed, in words for people; null where it did not. */
    error: text(),
  },
  (t) => [primaryKey({ columns: [t.fact, t.ref] }), index('facts_values_ref').on(t.ref)],
)
