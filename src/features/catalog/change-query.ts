import { z } from 'zod'
import { PortalError } from '../../api/errors.ts'
import { many, one } from '../../platform/http/routes.ts'
import { distinct, fullRefs, lowerCase } from './address-values.ts'
import { type ChangeEvent, changeEvents } from './change-words.ts'

/** The filter groups of the page of changes, in the order in which they are shown. */
export const changeGroups = ['action', 'kind', 'owner'] as const
export type ChangeGroup = (typeof changeGroups)[number]

export interface ChangeQuery {
  chosen: Record<ChangeGroup, readonly string[]>
  /** References; empty for every entity. */
  refs: readonly string[]
  after: string | undefined
  before: string | undefined
}

export const ChangeAddress = z.looseObject({
  action: many,
  kind: many,
  owner: many,
  ref: many,
  after: one,
  before: one,
})

export type ChangeAddress = z.output<typeof ChangeAddress>

/** @throws PortalError `invalid` for an action that is none, and for what is no reference */
export function readChangeQuery(address: ChangeAddress): ChangeQuery {
  return {
    chosen: {
      action: distinct(lowerCase(address.action).map(readEvent)),
      kind: distinct(lowerCase(address.kind).filter((kind) => kind !== 'all')),
      owner: fullRefs(address.owner, 'group'),
    },
    refs: fullRefs(address.ref),
    after: address.after,
    before: address.before,
  }
}

/**
 * Reads `2026-10-01` or `2026-10-01T09:30[:15[.250]][Z|+02:00]`. A day alone means its end; without a zone it is UTC.
 * @throws PortalError `invalid` when it is none of these, or no such day exists
 */
export function readMoment(text: string): Date {
  const match = moment.exec(text)
  const [, day = '', clock, zone = 'Z'] = match ?? []
  // An unescaped plus sign arrives as a blank.
  const at = new Date(`${day}T${clock ?? '23:59:59.999'}${zone.replace(' ', '+')}`)
  if (match && !Number.isNaN(at.getTime()) && isDay(day)) return at
  throw new PortalError('invalid', `"${text.slice(0, 60)}" is no moment that the catalog could be shown at`, {
    hint: 'Write a day, such as at=2026-10-01, or a time in UTC, such as at=2026-10-01T09:30.',
  })
}

const moment = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+ -]\d\d:\d\d)?)?$/

/** `2026-02-30` would silently become another day. */
function isDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}

function readEvent(text: string): ChangeEvent {
  const event = changeEvents.find((one) => one === text)
  if (event) return event
  throw new PortalError('invalid', `"${text.slice(0, 60)}" is nothing that can happen to an entity`, {
    hint: `Write one of ${changeEvents.join(', ')}.`,
  })
}
