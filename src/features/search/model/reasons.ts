import { ownerName } from './entry.ts'
import { hitsOf, type Wanted } from './passage.ts'
import type { Alternatives, Query } from './query.ts'

export interface Explained {
  name: string | null
  title: string
  heading: string
  kind: string | null
  type: string | null
  lifecycle: string | null
  owner: string | null
  tags: readonly string[]
  attributes: readonly (readonly [string, string])[]
  body: string
}

const most = 3
const longestValue = 40

/** Every word that is looked for, those that were meant among them. */
export function wantedOf({ terms, phrases }: Query, meant: Alternatives): Wanted[] {
  return [
    ...terms.map(({ text, prefix }) => ({ text, prefix })),
    ...phrases.flat().map((text) => ({ text, prefix: false })),
    ...[...meant.values()].flat().map((text) => ({ text, prefix: true })),
  ]
}

/** Why a document is among the results: `found in name, tag pci · similar spelling of chekout`. */
export function reasonOf(document: Explained, query: Query, meant: Alternatives, bodyName: string): string {
  const reasons = new Set<string>()
  const misspelt: string[] = []
  const fields = fieldsOf(document, bodyName)
  const where = (wanted: Wanted) => fields.find(([, text]) => hitsOf(text, [wanted]).length > 0)?.[0]
  for (const term of query.terms) {
    const found = where(term)
    const others = meant.get(term.text) ?? []
    if (found !== undefined) reasons.add(found)
    else if (others.some((text) => where({ text, prefix: true }) !== undefined)) {
      misspelt.push(`similar spelling of ${term.typed}`)
    }
  }
  for (const phrase of query.phrases) {
    const found = fields.find(([, text]) =>
      phrase.every((word) => hitsOf(text, [{ text: word, prefix: false }]).length),
    )
    if (found) reasons.add(found[0])
  }
  // Its name without the signs in it is looked for as well.
  if (reasons.size + misspelt.length === 0 && query.terms.length > 0) reasons.add('name')
  const places = [...reasons].slice(0, most).join(', ')
  return [...(places === '' ? [] : [`found in ${places}`]), ...misspelt].join(' · ')
}

function fieldsOf(document: Explained, bodyName: string): [reason: string, text: string][] {
  const { name, title, heading, kind, type, lifecycle, owner, tags, attributes, body } = document
  const named: [string, string | null][] = [
    ['kind', kind],
    ['type', type],
    ['lifecycle', lifecycle],
    ['owner', owner === null ? null : ownerName(owner)],
  ]
  return [
    ['name', name ?? ''],
    ['title', title],
    ['heading', heading],
    ...tags.map((tag): [string, string] => [`tag ${short(tag)}`, tag]),
    ...named.map(([what, value]): [string, string] => [`${what} ${short(value ?? '')}`, value ?? '']),
    [bodyName, body],
    ...attributes.map(([what, value]): [string, string] => [`${what} ${short(value)}`, value]),
  ]
}

function short(value: string): string {
  return value.length > longestValue ? `${value.slice(0, longestValue - 1)}…` : value
}
