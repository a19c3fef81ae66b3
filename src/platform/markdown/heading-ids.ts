/**
 * Ids of headings as Python-Markdown gives them, so that anchors people already have keep working: ASCII without
 * accents, lower case, hyphens for blanks, and `_1` behind the second of its name.
 *
 * @returns gives the id of the next heading of one text
 */
export function headingIds(): (heading: string) => string {
  const taken = new Set<string>()
  return (heading) => {
    const id = unique(slug(heading), taken)
    taken.add(id)
    return id
  }
}

function slug(heading: string): string {
  const ascii = heading.normalize('NFKD').replace(/[^\x20-\x7e\s]/g, '')
  return ascii
    .replace(/[^\w\s-]/g, '')
    .trim()
    .toLowerCase()
    .replace(/[-\s]+/g, '-')
}

function unique(wanted: string, taken: ReadonlySet<string>): string {
  let id = wanted
  while (id === '' || taken.has(id)) {
    const [, name = '', count = '0'] = /^(.*)_(\d+)$/.exec(id) ?? [id, id]
    id = `${name}_${Number(count) + 1}`
  }
  return id
}
