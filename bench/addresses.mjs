// What is asked of a portal with a generated catalog, each time something else, so that nothing can be kept ready.
import { adjectives, tags } from './catalog.mjs'

const most = 1500
const types = ['service', 'website', 'library', 'job']
const lifecycles = ['experimental', 'production', 'deprecated']
const orders = ['name', 'type', 'owner', 'lifecycle', 'changed'].flatMap((field) => [field, `-${field}`])
const kinds = ['Component', 'API', 'Resource', 'System', 'Domain', 'Group', 'User']

/** Pages of entities. @param {readonly string[]} names of components */
export function entityPages(names) {
  return spread(names.map((name) => `/catalog/default/component/${name}`))
}

/** Single entities as JSON, where the portal has them under Backstage's address. */
export function entitiesByName(names) {
  return spread(names.map((name) => `/api/catalog/entities/by-name/component/default/${name}`))
}

/** Lists by type, lifecycle and tag in every order. */
export function filteredLists() {
  const all = types.flatMap((type) =>
    lifecycles.flatMap((lifecycle) =>
      tags.flatMap((tag) => orders.map((sort) => `/catalog?${query({ type, lifecycle, tag, sort })}`)),
    ),
  )
  return spread(all)
}

/** Lists by two words, the second of which is the beginning of numbers. */
export function textFilters() {
  const numbers = Array.from({ length: most / adjectives.length }, (_, number) => number)
  return spread(adjectives.flatMap((word) => numbers.map((number) => `/catalog?${query({ q: `${word} ${number}` })}`)))
}

/** How often each tag is there, among entities of all kinds, which are named in another order each time. */
export function tagFacets() {
  return Array.from({ length: most }, (_, number) => {
    const filter = permutation(kinds, number * 3 + 1).map((kind) => `kind=${kind}`)
    return `/catalog/facets.json?${query({ facet: 'metadata.tags', kind: 'all', filter: filter.join(',') })}`
  })
}

/** The permutation of that number, in the order of the factorial number system. */
export function permutation(list, number) {
  const left = [...list]
  let rest = number
  return list.map(() => {
    const index = rest % left.length
    rest = Math.floor(rest / left.length)
    return left.splice(index, 1)[0]
  })
}

/** At most so many of them, from everywhere in the list, and none beside its neighbour. */
export function spread(list, limit = most) {
  const step = 7919 // A prime, so that every place comes up once.
  const start = Array.from({ length: list.length }, (_, index) => list[(index * step) % list.length])
  return (list.length % step === 0 ? list : start).slice(0, limit)
}

const query = (values) => new URLSearchParams(values).toString()
