import { NotAdmitted } from '../../platform/auth/sign-in.ts'
import type { Attempt, Match } from './matching.ts'
import type { Profile } from './profile.ts'
import type { Judgement } from './who.ts'

/** What somebody is told who does not get in: who they are there, what was tried, and what to ask for. */
export function refusalOf(profile: Profile, { match, disabled }: Judgement, title: string): NotAdmitted {
  const { login, email, name, subject } = profile
  if (disabled) {
    return new NotAdmitted('You cannot sign in any more', `The account ${subject} was disabled`, {
      hint: 'Ask an administrator of the portal to enable it again.',
    })
  }
  const known = [...new Set([name, login, email].filter((text) => text !== undefined && text !== ''))]
  const who = known.length > 0 ? known.join(', ') : subject
  const ambiguous = 'ambiguous' in match && match.ambiguous
  const why = ambiguous
    ? `${ambiguous.found.length} Users of the catalog fit ${inWords(ambiguous)}: ${ambiguous.found.join(', ')}`
    : 'no User of the catalog fits'
  return new NotAdmitted('You cannot sign in yet', `${title} says that you are ${who}, but ${why}`, {
    hint: [triedOf(match), remedyOf(profile, match)].join('\n'),
  })
}

function triedOf({ tried }: Match): string {
  if (tried.length === 0)
    return 'There was nothing to look for: the way to sign in gave no verified address and no name that counts.'
  return `Looked for: ${tried.map((attempt) => `${inWords(attempt)} (${attempt.found.length === 0 ? 'nobody' : attempt.found.length})`).join('; ')}.`
}

function inWords({ rule, sought }: Attempt): string {
  if (rule === 'annotation') return `the annotation ${sought}`
  return rule === 'email' ? `the address ${sought}` : `the name ${sought}`
}

function remedyOf({ annotations = {}, email, emailVerified }: Profile, match: Match): string {
  if ('ambiguous' in match) return 'Ask an administrator to leave it with one of them.'
  const [annotation] = Object.entries(annotations)
  const lines = [
    annotation && `metadata.annotations: ${annotation[0]}: ${annotation[1]}`,
    email && emailVerified && `spec.profile.email: ${email}`,
  ].filter(Boolean)
  const what = lines.length > 0 ? `give your User entity ${lines.join(', or ')}` : 'add you to the catalog as a User'
  return `Ask an administrator to ${what}; then sign in again.`
}
