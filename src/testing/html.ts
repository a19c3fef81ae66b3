/** An element of a page, as far as assertions need it. */
export interface Found {
  name: string
  attributes: Readonly<Record<string, string>>
  /** The element itself, with its tags. */
  html: string
  /** What one reads: without tags, white space as one blank each. */
  text: string
}

interface Tag {
  name: string
  closes: boolean
  attributes: string
  from: number
  to: number
}

const voids = new Set('area base br col embed hr img input link meta source track wbr use'.split(' '))
const tag = /<(\/?)([a-z][a-z0-9-]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/gi

/** The element with this id. @throws Error that lists the ids there are, when none or several have it */
export function elementById(html: string, id: string): Found {
  const found = elements(html, ({ attributes }) => attributes.id === id)
  const [only] = found
  if (found.length === 1 && only) return only
  const ids = elements(html, ({ attributes }) => attributes.id !== undefined).map(({ attributes }) => attributes.id)
  throw new Error(`${found.length} elements have the id ${id}; there are ${ids.join(', ') || 'no ids'}`)
}

export function hasId(html: string, id: string): boolean {
  return elements(html, ({ attributes }) => attributes.id === id).length > 0
}

/** Every element that fits, in the order of the page; those inside others are listed by themselves as well. */
export function elements(html: string, fits: (start: Pick<Found, 'name' | 'attributes'>) => boolean): Found[] {
  const tags = tagsOf(html)
  return tags.flatMap((start, index) => {
    if (start.closes) return []
    const about = { name: start.name, attributes: attributesOf(start.attributes) }
    if (!fits(about)) return []
    const outer = html.slice(start.from, endOf(tags, index))
    return [{ ...about, html: outer, text: textOf(outer) }]
  })
}

/** The elements at the top, and whether text stands beside them. */
export function roots(html: string): { names: string[]; looseText: string } {
  const tags = tagsOf(html)
  const names: string[] = []
  let loose = ''
  let at = 0
  for (let index = 0; index < tags.length; index++) {
    const start = tags[index]
    if (!start || start.from < at) continue
    loose += html.slice(at, start.from)
    names.push(start.closes ? `/${start.name}` : start.name)
    at = start.closes ? start.to : endOf(tags, index)
  }
  return { names, looseText: textOf(loose + html.slice(at)) }
}

export function linksOf(html: string): { href: string; text: string }[] {
  return elements(html, ({ name, attributes }) => name === 'a' && attributes.href !== undefined).map(
    ({ attributes, text }) => ({ href: attributes.href ?? '', text }),
  )
}

/** The cells of a table's body, row by row, as one reads them. */
export function rowsOf(html: string): string[][] {
  const named = (wanted: string) => (one: Pick<Found, 'name'>) => one.name === wanted
  const [body] = elements(html, named('tbody'))
  return elements(body?.html ?? '', named('tr')).map((row) => elements(row.html, named('td')).map(({ text }) => text))
}

export function textOf(html: string): string {
  return decode(html.replace(tag, ' ').replace(/\s+/g, ' ')).trim()
}

function tagsOf(html: string): Tag[] {
  return Array.from(html.matchAll(tag), ({ 0: whole, 1: slash, 2: name, 3: attributes, index }) => ({
    name: (name ?? '').toLowerCase(),
    closes: slash === '/',
    attributes: attributes ?? '',
    from: index,
    to: index + whole.length,
  }))
}

function endOf(tags: readonly Tag[], index: number): number {
  const start = tags[index] as Tag
  if (voids.has(start.name) || start.attributes.endsWith('/')) return start.to
  let depth = 0
  for (const one of tags.slice(index)) {
    if (one.name !== start.name || one.attributes.endsWith('/')) continue
    depth += one.closes ? -1 : 1
    if (depth === 0) return one.to
  }
  throw new Error(`<${start.name}${start.attributes}> is not closed`)
}

function attributesOf(text: string): Record<string, string> {
  const found = text.matchAll(/([^\s=/"'<>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+)))?/g)
  return Object.fromEntries(
    Array.from(found, ([, name, double, single, bare]) => [name ?? '', decode(double ?? single ?? bare ?? '')]),
  )
}

const entities: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  ndash: '–',
  ldquo: '“',
  rdquo: '”',
  nbsp: ' ',
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal))
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
    return entities[name] ?? whole
  })
}
