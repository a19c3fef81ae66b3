/** Components of the catalogs that are measured unless others are asked for, by their number of entities. */
const sizes = { 2100: 1000, 21000: 10_000 }
const onDemand = { 210000: 100_000 }
const git = 'git'

/**
 * What is measured: catalogs of so many components each, and whether repositories are.
 *
 * @param {{ only?: string, all?: boolean, size?: number, catalog?: string }} asked
 */
export function chosenParts({ only, all = false, size, catalog }) {
  if (only !== undefined) return named(only.split(',').map((part) => part.trim()))
  if (size !== undefined) return { components: [size], git: false }
  if (catalog !== undefined) return { components: [], git: false }
  return { components: Object.values(all ? { ...sizes, ...onDemand } : sizes), git: true }
}

function named(names) {
  const known = { ...sizes, ...onDemand }
  const unknown = names.find((name) => name !== git && !Object.hasOwn(known, name))
  if (unknown !== undefined) {
    throw new Error(`--only knows ${Object.keys(known).join(', ')} and ${git}, and not "${unknown}".`)
  }
  return { components: names.filter((name) => name !== git).map((name) => known[name]), git: names.includes(git) }
}
