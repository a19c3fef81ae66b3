import { deviceOf } from './agent-words.ts'
import type { Session } from './sessions.ts'

/** A button of the sign-in page. */
export interface WayButton {
  title: string
  icon: string
  href: string
}

/** What the sign-in page shows, `access/sign-in`. */
export interface SignInPage {
  portalTitle: string
  ways: readonly WayButton[]
  /** The form for accounts of the portal's own; null where there are none. */
  form: { to: string; name: string; focus: 'name' | 'password' | null } | null
  /** What went wrong the last time. */
  problem: string | null
  /** One has just signed out. */
  isOut: boolean
  /** Somebody in front of the portal signs people in. */
  isProxied: boolean
}

export interface SignInState {
  to: string
  name?: string | undefined
  problem?: string | undefined
  isOut?: boolean
  /** One wants to be somebody else than the provider knows already. */
  isOther?: boolean
}

export interface SessionRow {
  id: string
  device: string
  agent: string
  address: string
  begunAt: number
  seenAt: number
  endsAt: number
  isThis: boolean
  /** Takes a POST. */
  endHref: string
}

/** `access/_sessions`. */
export interface SessionsView {
  rows: readonly SessionRow[]
  others: number
}

export function sessionsView(all: readonly Session[], current: string | undefined): SessionsView {
  const rows = all.map(({ id, agent, address, createdAt, seenAt, expiresAt }) => ({
    ...{ id, agent, address, seenAt },
    device: deviceOf(agent),
    begunAt: createdAt,
    endsAt: expiresAt,
    isThis: id === current,
    endHref: `/settings/sessions/${encodeURIComponent(id)}/revoke`,
  }))
  return {
    rows: rows.toSorted((a, b) => Number(b.isThis) - Number(a.isThis)),
    others: rows.filter(({ isThis }) => !isThis).length,
  }
}
