import { type FormField, fieldsOf } from '../form-field.ts'
import type { ListFrame } from '../list-query.ts'
import { longestEmail, longestName, longestTitle } from './draft.ts'
import { longest, shortest } from './password.ts'
import type { Account } from './service.ts'

type Faults = Readonly<Record<string, string | undefined>>

/** `access/first`: whoever has the link becomes the first administrator. */
export interface FirstPage {
  portalTitle: string
  key: string
  fields: readonly FormField[]
}

/** `access/choose`: whoever has the link chooses the password of an account. */
export interface ChoosePage {
  portalTitle: string
  key: string
  /** What one signs in with. */
  name: string
  fields: readonly FormField[]
}

/** `access/_change-password`: changing the own password. */
export interface PasswordView {
  /** What one signs in with. */
  name: string
  fields: readonly FormField[]
}

/** `access/accounts`. */
export interface AccountsPage {
  accounts: readonly AccountLine[]
  list: ListFrame
  form: AccountForm
  /** Shown once, right after it was made. */
  link: ShownLink | null
}

export interface AccountForm {
  fields: readonly FormField[]
  administrator: boolean
}

export interface ShownLink {
  name: string
  href: string
  until: number
}

export interface AccountLine {
  name: string
  title: string
  email: string | null
  administrator: boolean
  isDisabled: boolean
  state: 'ok' | 'info' | 'warn' | 'plain'
  stateText: string
  createdAt: number
  /** Its lines in the audit, for who may read them. */
  auditHref: string | null
}

const nameHint = 'What you sign in with: letters a to z, digits and . _ - between them.'
const passwordHint = `At least ${shortest} characters. A few words are easy to remember.`
const password = { type: 'password', autocomplete: 'new-password', maxlength: longest } as const

const choosing = [
  { ...password, name: 'password', label: 'Password', hint: passwordHint },
  { ...password, name: 'again', label: 'The password again' },
]

export interface TypedAccount {
  name: string
  title: string
  email: string
  administrator?: boolean
}
const nothingTyped: TypedAccount = { name: '', title: '', email: '' }

export function firstView(
  page: Pick<FirstPage, 'portalTitle' | 'key'>,
  typed: TypedAccount = nothingTyped,
  faults: Faults = {},
): FirstPage {
  const fields = [...personFields(typed, 'username'), ...choosing]
  return { ...page, fields: fieldsOf('access-first', fields, faults) }
}

export function chooseView(page: Omit<ChoosePage, 'fields'>, faults: Faults = {}): ChoosePage {
  return { ...page, fields: fieldsOf('access-choose', choosing, faults) }
}

export function passwordView(page: Omit<PasswordView, 'fields'>, faults: Faults = {}): PasswordView {
  const current = { ...password, name: 'current', label: 'Your password', autocomplete: 'current-password' }
  const [chosen, again] = choosing
  const fields = [
    current,
    { ...chosen, name: 'password', label: 'The new password' },
    { ...again, name: 'again', label: 'The new password again' },
  ]
  return { ...page, fields: fieldsOf('access-password', fields, faults) }
}

export function accountFormView(typed: TypedAccount = nothingTyped, faults: Faults = {}): AccountForm {
  const fields = fieldsOf('access-account-form', personFields(typed, 'off'), faults)
  return { fields, administrator: typed.administrator ?? false }
}

export function accountLine(account: Account, now: Date, auditHref: string | null): AccountLine {
  const { name, title, email, administrator, disabledAt, createdAt } = account
  const [state, stateText] = stateOf(account, now)
  const isDisabled = disabledAt !== null
  return { name, title, email, administrator, isDisabled, state, stateText, createdAt: createdAt.getTime(), auditHref }
}

function stateOf(account: Account, now: Date): [AccountLine['state'], string] {
  const { disabledAt, hasPassword, linkUntil, lockedUntil } = account
  if (disabledAt) return ['plain', 'Disabled']
  if (!hasPassword) return linkUntil ? ['info', 'Waits for its link'] : ['warn', 'Link ran out']
  if (lockedUntil && lockedUntil > now) return ['warn', 'Locked']
  return ['ok', linkUntil ? 'Reset link open' : 'Can sign in']
}

function personFields({ name, title, email }: TypedAccount, autocomplete: string) {
  return [
    { name: 'name', label: 'Name', value: name, autocomplete, hint: nameHint, maxlength: longestName },
    {
      name: 'title',
      label: 'Full name',
      value: title,
      required: false,
      autocomplete: autocomplete === 'off' ? 'off' : 'name',
      maxlength: longestTitle,
    },
    {
      ...{ name: 'email', label: 'E-mail address', value: email, required: false, type: 'email' as const },
      ...{ autocomplete: autocomplete === 'off' ? 'off' : 'email', maxlength: longestEmail },
      hint: 'Finds the User of the catalog with the same address.',
    },
  ]
}
