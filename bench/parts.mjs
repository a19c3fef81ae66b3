/** Components of the catalogs that are measured unless others are asked for, by their number of entities. */
const sizes = { 2100: 1000, 21000: 10_000 }
const onDemand = { 210000: 100_000 }
const git = 'git'
const access = 'access'
const rules = 'rules'

/**
 * What is measured: catalogs of so many components each, and whether repositories, sign-in and rules are.
 *
 * @param {{ only?: string, all?: boolean, size?: number, catalog?: string }} asked
 */
export function chosenParts({ only, all = false, size, catalog }) {
  if (only !== undefined) return named(only.split(',').map((part) => part.trim()))
  if (size !== undefined) return { components: [size], git: false, access: false, rules: false }
  if (catalog !== undefined) return { components: [], git: false, access: false, rules: false }
  return { components: Object.values(all ? { ...sizes, ...onDemand } : sizes), git: true, access: true, rules: true }
}

function named(names) {
  const known = { ...sizes, ...onDemand }
  const unknown = names.find((name) => ![git, access, rules].includes(name) && !Object.hasOwn(known, name))
  if (unknown !== undefined) {
    throw new Error(
      `--only knows ${Object.keys(known).join(', ')}, ${git}, ${access} and ${rules}, and not "${unknown}".`,
    )
  }
  const components = names.filter((name) => Object.hasOwn(known, name)).map((name) => known[name])
  return { components, git: names.includes(git), access: names.includes(access), rules: names.includes(rules) }
}
