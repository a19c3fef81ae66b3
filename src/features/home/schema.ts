import { index, primaryKey, table, text, time } from '../../platform/db/columns.ts'

/** What somebody starred. */
export const stars = table(
  'home_stars',
  {
    actorId: text().notNull(),
    /** What it is to the feature that has it: `entity`. */
    kind: text().notNull(),
    /** The reference of an entity, else an address. */
    key: text().notNull(),
    /** What it was called then: what is gone has no other name. */
    title: text().notNull(),
    at: time().notNull(),
  },
  (t) => [primaryKey({ columns: [t.actorId, t.kind, t.key] }), index('home_stars_at').on(t.actorId, t.at)],
)

/** When somebody last looked at something; of each person the last fifty things. */
export const visits = table(
  'home_visits',
  {
    actorId: text().notNull(),
    kind: text().notNull(),
    key: text().notNull(),
    at: time().notNull(),
  },
  (t) => [primaryKey({ columns: [t.actorId, t.kind, t.key] }), index('home_visits_at').on(t.actorId, t.at)],
)
