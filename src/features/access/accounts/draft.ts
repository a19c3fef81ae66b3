/** What an account is made of. */
export interface AccountDraft {
  name: string
  title: string
  email: string | null
  administrator: boolean
}

export const longestName = 63
export const longestTitle = 120
export const longestEmail = 254

/** As it is kept: names and addresses are compared in lower case. */
export function draftOf(given: {
  name: string
  title?: string | undefined
  email?: string | undefined
  administrator?: boolean | undefined
}): AccountDraft {
  const name = accountName(given.name)
  const title = (given.title ?? '').replace(/\s+/g, ' ').trim()
  return {
    name,
    title: title === '' ? given.name.trim() : title,
    email: (given.email ?? '').trim() || null,
    administrator: given.administrator ?? false,
  }
}

export const accountName = (typed: string): string => typed.normalize('NFKC').trim().toLowerCase()

export type DraftField = 'name' | 'title' | 'email'

/** What is wrong with each field, as a sentence. */
export function draftFaults({ name, title, email }: AccountDraft): Record<DraftField, string | undefined> {
  return {
    name: nameFault(name),
    title: titleFault(title),
    email: email === null ? undefined : emailFault(email),
  }
}

function nameFault(name: string): string | undefined {
  if (name === '') return 'A name is needed to sign in with.'
  if (name.length > longestName) return `A name has at most ${longestName} characters.`
  if (/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/.test(name)) return undefined
  return 'A name is made of letters a to z, digits and . _ - between them.'
}

function titleFault(title: string): string | undefined {
  if ([...title].length > longestTitle) return `A full name has at most ${longestTitle} characters.`
  return /\p{Cc}/u.test(title) ? 'A full name has no control characters.' : undefined
}

function emailFault(email: string): string | undefined {
  const isAddress =
    email.length <= longestEmail && /^[^\s@<>"(),;:\\]+@[^\s@<>"(),;:\\]+\.[^\s@<>"(),;:\\.]+$/.test(email)
  return isAddress ? undefined : 'This is no e-mail address. Write one such as ada@example.com, or leave it empty.'
}
