import { sql } from 'drizzle-orm'
import { bool, index, integer, json, primaryKey, table, text, time, uniqueIndex } from '../../platform/db/columns.ts'

/** Accounts with a password of the portal's own. */
export const accounts = table('access_accounts', {
  /** What is typed to sign in, in lower case. */
  name: text().primaryKey(),
  title: text().notNull(),
  email: text(),
  administrator: bool().notNull(),
  /** `scrypt$N$r$p$salt$hash`; null until its link was followed. */
  password: text(),
  disabledAt: time(),
  createdAt: time().notNull(),
  changedAt: time().notNull(),
  /** Wrong passwords since the last right one. */
  failures: integer().notNull(),
  /** Until when no password is tried. */
  lockedUntil: time(),
})

/** Links that work once: to make the first administrator, to choose a password. */
export const invitations = table(
  'access_invitations',
  {
    /** SHA-256 of what stands in the link. */
    hash: text().primaryKey(),
    /** administrator or password. */
    purpose: text().notNull(),
    account: text(),
    createdAt: time().notNull(),
    expiresAt: time().notNull(),
    usedAt: time(),
  },
  (t) => [index('access_invitations_account').on(t.account)],
)

/** Who has signed in, as their provider calls them. */
export const identities = table(
  'access_identities',
  {
    id: text().primaryKey(),
    provider: text().notNull(),
    /** What the provider calls this person for ever. */
    subject: text().notNull(),
    login: text(),
    email: text(),
    name: text(),
    /** The User entity that the last sign-in found. */
    ref: text(),
    /** What the last sign-in said, for the rules that find the User entity. */
    profile: json<object>().notNull(),
    firstAt: time().notNull(),
    lastAt: time().notNull(),
  },
  (t) => [uniqueIndex('access_identities_subject').on(t.provider, t.subject), index('access_identities_ref').on(t.ref)],
)

/** Browsers in which somebody is signed in. */
export const sessions = table(
  'access_sessions',
  {
    id: text().primaryKey(),
    /** SHA-256 of the cookie's value. */
    hash: text().notNull(),
    identity: text().notNull(),
    createdAt: time().notNull(),
    /** Written at most once a minute. */
    seenAt: time().notNull(),
    /** After which it ends however busy it is. */
    expiresAt: time().notNull(),
    address: text().notNull(),
    agent: text().notNull(),
    endedAt: time(),
    /** signed-out, revoked, expired, replaced. */
    ended: text(),
  },
  (t) => [
    uniqueIndex('access_sessions_hash').on(t.hash),
    index('access_sessions_identity').on(t.identity, t.createdAt),
    index('access_sessions_open').on(t.seenAt).where(sql`ended_at is null`),
  ],
)

/** Ways through a provider that have begun: each is answered once. */
export const flows = table(
  'access_flows',
  {
    /** SHA-256 of `state`. */
    hash: text().primaryKey(),
    provider: text().notNull(),
    /** SHA-256 of what the browser that began holds in a cookie. */
    browser: text().notNull(),
    verifier: text().notNull(),
    nonce: text(),
    /** The address of the portal to go to afterwards. */
    wanted: text().notNull(),
    /** Which of the two callbacks it was sent to. */
    callback: text().notNull(),
    createdAt: time().notNull(),
    expiresAt: time().notNull(),
  },
  (t) => [index('access_flows_expires').on(t.expiresAt)],
)

/** What programs show in place of a person. */
export const tokens = table(
  'access_tokens',
  {
    id: text().primaryKey(),
    /** SHA-256 of the token. */
    hash: text().notNull(),
    /** Its first letters, to tell it from others. */
    hint: text().notNull(),
    /** personal or service. */
    kind: text().notNull(),
    title: text().notNull(),
    /** The identity that a personal one acts for. */
    identity: text(),
    /** Permissions it may use, with `*` at the end of one for all below it. */
    permissions: json<string[]>().notNull(),
    /** `Actor.id` of who made it. */
    createdBy: text().notNull(),
    createdAt: time().notNull(),
    expiresAt: time(),
    lastUsedAt: time(),
    lastAddress: text(),
    revokedAt: time(),
  },
  (t) => [uniqueIndex('access_tokens_hash').on(t.hash), index('access_tokens_identity').on(t.identity)],
)

/** The conditions of the rules in force, each once. What is kept for one that is not here any more goes. */
export const conditions = table(
  'access_conditions',
  {
    id: integer().primaryKey(),
    /** Of the condition in its normal form. */
    hash: text().notNull(),
    /** The normal form, as JSON. */
    text: text().notNull(),
  },
  (t) => [uniqueIndex('access_conditions_hash').on(t.hash)],
)

/**
 * For which entities a condition holds, kept in the transaction that writes them; no row where it holds for nobody.
 * Created WITHOUT ROWID.
 */
export const matches = table(
  'access_matches',
  {
    entityId: text().notNull(),
    conditionId: integer().notNull(),
    /** For who owns the entity, where that depends on the entity. */
    owned: bool().notNull(),
    /** For everybody else, where that depends on the entity. */
    other: bool().notNull(),
  },
  (t) => [primaryKey({ columns: [t.entityId, t.conditionId] })],
)
