import { z } from 'zod'
import type { Actor } from '../../../api/actor.ts'
import { formatRef, parseRef } from '../../../api/ref.ts'

type Named = 'role' | 'group' | 'user' | 'token'

/** Whom a rule is for. `everyone` is whoever got in; `token:` names a token of a program by its title. */
export type Addressee = 'everyone' | 'administrators' | `${Named}:${string}`
/** Who may be in a role. */
export type Member = `${Exclude<Named, 'role'>}:${string}`

/** `programs`, every token of a program, is for presets alone. */
export type Party =
  | { readonly kind: 'everyone' | 'administrators' | 'programs' }
  | { readonly kind: Named; readonly name: string }

export type Roles = ReadonlyMap<string, readonly Party[]>

const advice = 'everyone, administrators, role:NAME, group:NAMESPACE/NAME, user:NAMESPACE/NAME or token:NAME'

export const AddresseeInput = z
  .string()
  .refine((text) => readParty(text) !== undefined, {
    error: ({ input }) => `"${input}" is nobody; write ${advice}`,
  })
  .transform((text) => text as Addressee)

/** @throws TypeError for a text that no schema let through */
export function partyOf(text: string): Party {
  const party = readParty(text)
  if (!party) throw new TypeError(`"${text}" is nobody`)
  return party
}

/** Whether an actor is meant. */
export function isMeant(party: Party, actor: Actor, roles: Roles): boolean {
  switch (party.kind) {
    case 'everyone':
      return true
    case 'administrators':
      return actor.administrator === true
    case 'programs':
      return actor.kind === 'service' && actor.permissions !== undefined
    case 'role':
      return (roles.get(party.name) ?? []).some((one) => isMeant(one, actor, roles))
    case 'group':
      return actor.groups.includes(party.name)
    case 'user':
      return actor.ref === party.name
    case 'token':
      return actor.kind === 'service' && actor.name.toLowerCase() === party.name
  }
}

function readParty(text: string): Party | undefined {
  if (text === 'everyone' || text === 'administrators') return { kind: text }
  const [, kind, name] = /^(role|group|user|token):(.+)$/.exec(text) ?? []
  if (!kind || !name) return undefined
  if (kind === 'role') return { kind, name }
  if (kind === 'token') return { kind, name: name.toLowerCase() }
  try {
    return { kind: kind as 'group' | 'user', name: formatRef(parseRef(text)) }
  } catch {
    return undefined
  }
}
