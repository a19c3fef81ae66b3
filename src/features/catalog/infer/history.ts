import type { Checkout } from '../../../platform/source/checkout.ts'
import type { Authored } from '../../../platform/source/tally.ts'
import type { Owner } from './codeowners.ts'
import { type Fact, plain } from './fact.ts'
import { legalName } from './names.ts'
import type { History } from './survey.ts'

/** What counts as recent, before the newest commit. */
const recent = 365 * 24 * 60 * 60

/** What a checkout and its commits say, as facts. */
export function historyOf({ origin, tags }: Pick<Checkout, 'origin' | 'tags'>, commits: readonly Authored[]): History {
  const rule = 'address of origin'
  return {
    remote: origin && { value: origin.url, file: '.git/config', line: origin.line, rule },
    author: mostFrequent(commits),
    version: highest(tags),
  }
}

/** Who made most of the commits of the last year; programs do not count. */
export function mostFrequent(commits: readonly Authored[]): Fact<Owner> | undefined {
  const newest = Math.max(0, ...commits.map(({ at }) => at))
  const counted = commits.filter(({ at, name, email }) => newest - at <= recent && !isProgram(name, email))
  const byPerson = new Map<string, Authored[]>()
  for (const commit of counted) {
    const key = (commit.name || commit.email).toLowerCase()
    byPerson.set(key, [...(byPerson.get(key) ?? []), commit])
  }
  const [first] = [...byPerson.values()].sort((a, b) => b.length - a.length || latest(b) - latest(a))
  if (!first) return undefined
  const email = commonest(first.map((commit) => commit.email.toLowerCase()))
  const title = plain(first[0]?.name ?? '', 100)
  const name = legalName(userPart(email)) ?? legalName(title)
  if (name === undefined) return undefined
  const isReachable = /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email) && !/noreply/.test(email)
  return {
    value: { kind: 'User', name: name.toLowerCase(), title, ...(isReachable && { email }) },
    rule: `made ${first.length} of ${counted.length} commits of the last year`,
  }
}

/** Whether commits are those of a program. */
export function isProgram(name: string, email: string): boolean {
  return /\[bot\]|\b(dependabot|renovate|greenkeeper|github-actions|semantic-release)\b/i.test(`${name} ${email}`)
}

/** `123+anna@users.noreply.github.com` is anna. */
const userPart = (email: string) => (email.split('@')[0] ?? '').replace(/^\d+\+/, '')
const latest = (commits: readonly Authored[]) => Math.max(...commits.map(({ at }) => at))

function commonest(values: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? ''
}

function highest(tags: readonly string[]): Fact | undefined {
  const versions = tags.flatMap((tag) => {
    const [, major, minor = '0', patch = '0'] = /^v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?$/.exec(tag) ?? []
    return major === undefined ? [] : [{ tag, parts: [major, minor, patch].map(Number) }]
  })
  const compare = (a: readonly number[], b: readonly number[]) =>
    a.map((one, at) => (b[at] ?? 0) - one).find((one) => one !== 0) ?? 0
  const [first] = versions.sort((a, b) => compare(a.parts, b.parts))
  return first && { value: first.tag, rule: `tag ${first.tag}` }
}
