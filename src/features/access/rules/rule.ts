import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { PermissionPattern } from '../../../api/permission-names.ts'
import { type Addressee, AddresseeInput, type Member } from './addressees.ts'
import { type Where, WhereInput } from './condition.ts'

export type { Addressee, Member, Where }

/** Where a rule was written. */
export interface Place {
  /** Absolute. */
  file: string
  line: number
}

export type Effect = 'allow' | 'deny'

/** A rule of the configuration, as `allow` and `deny` make it. */
export interface Rule {
  readonly effect: Effect
  readonly permissions: readonly string[]
  readonly to: readonly Addressee[]
  readonly except: readonly Addressee[]
  readonly where: Where | undefined
  readonly because: string | undefined
  readonly place: Place | undefined
}

export interface RuleOptions {
  /** Whom it is for. */
  to: Addressee | readonly Addressee[]
  /** Who of these is left out. */
  except?: Addressee | readonly Addressee[]
  /** To which entities it applies; to all unless given. */
  where?: Where
  /** A sentence for those who are refused by it, and for those who ask why. */
  because?: string
}

const pattern = z
  .string()
  .regex(/^(\*|[a-z][a-z0-9-]*\.(\*|[a-z0-9.-]+))$/, 'write a permission such as catalog.read, catalog.* or *')

const many = <T extends z.ZodType>(one: T) =>
  z.preprocess((value) => (Array.isArray(value) ? value : value === undefined ? [] : [value]), z.array(one))
const some = <T extends z.ZodType>(one: T) =>
  z.preprocess(
    (value) => (Array.isArray(value) ? value : value === undefined ? [] : [value]),
    z.array(one).min(1, 'name at least one'),
  )

const PermissionsInput = some(pattern)
export const RuleInput = z.strictObject({
  to: some(AddresseeInput).describe('Whom the rule is for.'),
  except: many(AddresseeInput).describe('Who of these is left out.'),
  where: WhereInput.optional().describe('To which entities it applies; to all unless given.'),
  because: z.string().trim().min(1).max(300).optional().describe('A sentence for those who are refused by it.'),
})

/**
 * Grants permissions. What several rules grant adds up, and what one denies is denied.
 *
 * @throws ZodError that names what is wrong with it
 * @example allow('catalog.refresh', { to: 'everyone', except: 'group:default/interns' })
 */
export function allow(permissions: PermissionPattern | readonly PermissionPattern[], options: RuleOptions): Rule {
  return ruleOf('allow', permissions, options)
}

/**
 * Takes permissions away, whatever else grants them.
 *
 * @throws ZodError that names what is wrong with it
 * @example deny('catalog.*', { to: 'group:default/contractors', where: { system: 'payments' } })
 */
export function deny(permissions: PermissionPattern | readonly PermissionPattern[], options: RuleOptions): Rule {
  return ruleOf('deny', permissions, options)
}

function ruleOf(effect: Effect, permissions: unknown, options: unknown): Rule {
  const { to, except, where, because } = RuleInput.parse(options)
  return Object.freeze({
    effect,
    permissions: Object.freeze(PermissionsInput.parse(permissions)),
    to: Object.freeze(to),
    except: Object.freeze(except),
    where,
    because,
    place: callerPlace(new Error().stack ?? ''),
  })
}

/** The first line of a stack that is not of this file. */
export function callerPlace(stack: string): Place | undefined {
  for (const frame of stack.split('\n').slice(1)) {
    const [, address, line] = /(file:\/\/[^\s)]+|\/[^\s():]+):(\d+):\d+\)?$/.exec(frame) ?? []
    if (address === undefined) continue
    const file = pathOf(address)
    if (file !== ownFile) return { file, line: Number(line) }
  }
  return undefined
}

const ownFile = fileURLToPath(import.meta.url)

function pathOf(address: string): string {
  const bare = address.replace(/\?.*$/, '')
  return bare.startsWith('file:') ? fileURLToPath(bare) : bare
}
