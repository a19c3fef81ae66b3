import type { CatalogUser, PeopleDirectory } from '../catalog/contract.ts'
import type { MatchRule } from './config.ts'
import type { Profile } from './profile.ts'

/** What one rule looked for, and how many Users it found. */
export interface Attempt {
  rule: MatchRule
  /** What was looked for: `github.com/user-login: ada`. */
  sought: string
  found: readonly string[]
}

export type Match =
  | { user: CatalogUser; rule: MatchRule; tried: readonly Attempt[] }
  | { user: undefined; tried: readonly Attempt[]; ambiguous?: Attempt }

/** What is known of a way to sign in. */
export interface Way {
  /** Anybody in the world can have an account there, under any name that is free. */
  worldwide: boolean
}

/**
 * The User of the catalog that a person is: the rules are tried in order, and the first that finds anybody decides. Where it finds
 * several, nobody is taken for one of them, and no weaker rule is asked.
 */
export function matchUser(
  profile: Profile,
  rules: readonly MatchRule[],
  directory: PeopleDirectory,
  { worldwide }: Way,
): Match {
  const tried: Attempt[] = []
  for (const rule of rules) {
    if (worldwide && (rule === 'email-name' || rule === 'name')) continue
    for (const { sought, users } of sources[rule](profile, directory)) {
      const found = users.filter((user) => !isOther(user, profile))
      const attempt = { rule, sought, found: found.map(({ ref }) => ref) }
      tried.push(attempt)
      const [user] = found
      if (found.length > 1) return { user: undefined, tried, ambiguous: attempt }
      if (user) return { user, rule, tried }
    }
  }
  return { user: undefined, tried }
}

interface Sought {
  sought: string
  users: readonly CatalogUser[]
}

const sources: Record<MatchRule, (profile: Profile, directory: PeopleDirectory) => Sought[]> = {
  annotation: ({ annotations = {} }, directory) =>
    Object.entries(annotations)
      .filter(([, value]) => value.trim() !== '')
      .map(([key, value]) => ({
        sought: `${key}: ${value}`,
        users: directory.annotated(key, value).filter((user) => isSame(key, annotationOf(user, key), value)),
      })),

  email: (profile, directory) => {
    const email = verifiedEmail(profile)
    if (email === undefined) return []
    const forms = [...new Set([email, withoutSuffix(email)])]
    return forms.map((form) => ({
      sought: form,
      users: directory.withEmail(form).filter((user) => user.email !== null && folded(user.email) === folded(form)),
    }))
  },

  'email-name': (profile, directory) => {
    const email = verifiedEmail(profile)
    return email === undefined ? [] : byName(withoutSuffix(email).split('@')[0] ?? '', directory)
  },

  name: ({ login }, directory) => (login === undefined ? [] : byName(login, directory)),
}

function byName(name: string, directory: PeopleDirectory): Sought[] {
  const sought = name.trim()
  if (!/^[\w.-]{1,63}$/.test(sought)) return []
  return [{ sought, users: directory.named(sought).filter((user) => folded(user.name) === folded(sought)) }]
}

/** Whether the User says of itself that it is another account there. */
function isOther(user: CatalogUser, { annotations = {} }: Profile): boolean {
  return Object.entries(annotations).some(([key, value]) => {
    const own = annotationOf(user, key)
    return own !== undefined && own.trim() !== '' && !isSame(key, own, value)
  })
}

function annotationOf(user: CatalogUser, key: string): string | undefined {
  const name = Object.keys(user.annotations).find((one) => one.toLowerCase() === key.toLowerCase())
  const value: unknown = name && user.annotations[name]
  return typeof value === 'string' ? value : undefined
}

/** Logins and addresses are the same in every letter case; ids are not. */
function isSame(key: string, own: string | undefined, value: string): boolean {
  if (own === undefined) return false
  const [one, other] = [own.trim(), value.trim()]
  return one === other || (/(login|name|email)$/i.test(key) && folded(one) === folded(other))
}

function verifiedEmail({ email, emailVerified }: Profile): string | undefined {
  const text = email?.trim()
  return emailVerified && text !== undefined && /^[^\s@]+@[^\s@]+$/.test(text) ? text : undefined
}

/** `ada+portal@acme.dev` is delivered to `ada@acme.dev`. */
function withoutSuffix(email: string): string {
  return email.replace(/^([^+@]+)\+[^@]*@/, '$1@')
}

// Letters of ASCII alone: others have look-alikes that become one of these, such as the Kelvin sign.
const folded = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
