// A catalog of any size for measurements; the same size and seed give the same files, byte for byte.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const perFile = 500
/** The first words of names. */
export const adjectives = [
  'amber',
  'brisk',
  'calm',
  'deep',
  'eager',
  'fleet',
  'grand',
  'hardy',
  'ideal',
  'jolly',
  'keen',
  'lucid',
]
const nouns = [
  'order',
  'cart',
  'stock',
  'price',
  'label',
  'route',
  'claim',
  'refund',
  'parcel',
  'ledger',
  'quote',
  'badge',
]
export const tags = [
  'java',
  'go',
  'typescript',
  'python',
  'batch',
  'edge',
  'internal',
  'public',
  'legacy',
  'pci',
  'gdpr',
  'tier-1',
]

/**
 * Writes multi-document files of at most 500 entities and an `all.yaml` with a Location that names them. For N
 * components: 0.4 N APIs, 0.3 N resources, N/10 systems, N/100 domains, N/25 groups, N/4 users.
 *
 * @returns the number of entities, the Location left out
 */
export function writeCatalog(folder, { components, seed = 1 }) {
  mkdirSync(folder, { recursive: true })
  const sets = entitySets(components, generator(seed))
  const files = []
  for (const [set, entities] of Object.entries(sets)) {
    for (let start = 0; start < entities.length; start += perFile) {
      const file = `${set}-${String(start / perFile + 1).padStart(3, '0')}.yaml`
      writeFileSync(
        join(folder, file),
        entities
          .slice(start, start + perFile)
          .map(toYaml)
          .join('---\n'),
      )
      files.push(file)
    }
  }
  const targets = files.map((file) => `./${file}`)
  writeFileSync(join(folder, 'all.yaml'), toYaml(entity('Location', 'all', 'Every file', { spec: { targets } })))
  return Object.values(sets).reduce((sum, entities) => sum + entities.length, 0)
}

/** Entities in the files of a catalog folder, Locations left out. */
export function countEntities(folder) {
  const files = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name))
  const kinds = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').match(/^kind: *\S+/gm) ?? [])
  return kinds.filter((line) => !/Location/.test(line)).length
}

/** Names of the components that `writeCatalog` writes for so many. */
export function componentNames(components) {
  return namesOf('components', components)
}

/** Names of the users that `writeCatalog` writes for so many components. */
export function userNames(components) {
  return namesOf('users', sizesOf(components).users)
}

/** Gives the first component another description. @returns its page, and the text that is to be found there */
export function changeDescription(folder, number) {
  const file = join(folder, 'components-001.yaml')
  const text = readFileSync(file, 'utf8')
  const description = `Description number ${number} of a part`
  writeFileSync(file, text.replace(/^ {2}description: .*$/m, `  description: ${JSON.stringify(description)}`))
  return { path: `/catalog/default/component/${/^ {2}name: (\S+)$/m.exec(text)?.[1]}`, text: description }
}

function sizesOf(count) {
  return {
    domains: Math.max(1, Math.round(count / 100)),
    groups: Math.max(2, Math.round(count / 25)),
    users: Math.max(1, Math.round(count / 4)),
    systems: Math.max(1, Math.round(count / 10)),
    resources: Math.round(count * 0.3),
    apis: Math.round(count * 0.4),
    components: count,
  }
}

function entitySets(count, random) {
  const sizes = sizesOf(count)
  const names = Object.fromEntries(Object.entries(sizes).map(([set, size]) => [set, namesOf(set, size)]))
  const make = { domains, groups, users, systems, resources, apis, components }
  return Object.fromEntries(
    Object.entries(names).map(([set, own]) => [set, own.map((name, index) => make[set](name, index, names, random))]),
  )
}

function namesOf(set, size) {
  const suffix = set.slice(0, -1)
  return Array.from({ length: size }, (_, index) => {
    const first = adjectives[index % adjectives.length]
    const second = nouns[Math.floor(index / adjectives.length) % nouns.length]
    return `${first}-${second}-${suffix}-${index}`
  })
}

function domains(name, index, all) {
  return entity('Domain', name, `Everything about area ${index}`, {
    spec: { owner: topGroups(all)[index % topGroups(all).length] },
  })
}

function groups(name, index, all, random) {
  const tops = topGroups(all)
  const parent = index < tops.length ? {} : { parent: random.pick(tops) }
  return entity('Group', name, `Group ${index}`, {
    spec: {
      type: index < tops.length ? 'department' : 'team',
      profile: { displayName: title(name), email: `${name}@shop.example` },
      ...parent,
      children: [],
    },
  })
}

function users(name, _index, all, random) {
  return entity('User', name, undefined, {
    spec: { profile: { displayName: title(name), email: `${name}@shop.example` }, memberOf: [random.pick(teams(all))] },
  })
}

function systems(name, index, all, random) {
  return entity('System', name, `System ${index} and its parts`, {
    spec: { owner: random.pick(teams(all)), domain: random.pick(all.domains) },
  })
}

function resources(name, index, all, random) {
  return entity('Resource', name, `Storage number ${index}`, {
    tags: random.some(tags, 2),
    spec: {
      type: random.pick(['database', 'bucket', 'queue', 'cache']),
      owner: random.pick(teams(all)),
      system: random.pick(all.systems),
    },
  })
}

function apis(name, index, all, random) {
  return entity('API', name, `Interface number ${index}`, {
    tags: random.some(tags, 3),
    spec: {
      type: random.pick(['openapi', 'openapi', 'asyncapi', 'graphql']),
      lifecycle: random.pick(['experimental', 'production', 'deprecated']),
      owner: random.pick(teams(all)),
      system: random.pick(all.systems),
      definition: `openapi: 3.0.3\ninfo:\n  title: ${title(name)}\n  version: 1.${index}.0\npaths:\n  /items:\n    get:\n      responses:\n        '200':\n          description: All items\n`,
    },
  })
}

function components(name, index, all, random) {
  const earlier = index > 0 && random.chance(0.6) ? [`component:${all.components[random.below(index)]}`] : []
  const used = all.resources.length > 0 ? [`resource:${random.pick(all.resources)}`] : []
  return entity('Component', name, `Part number ${index}, which does what its name says`, {
    title: index % 3 === 0 ? title(name) : undefined,
    annotations: {
      'backstage.io/source-location': `url:https://git.shop.example/shop/${name}/`,
      'backstage.io/techdocs-ref': 'dir:.',
    },
    labels: { 'shop.example/tier': String(random.below(4)) },
    tags: random.some(tags, 4),
    links: [{ url: `https://dashboards.shop.example/${name}`, title: 'Dashboard', icon: 'dashboard' }],
    spec: {
      type: random.pick(['service', 'service', 'website', 'library', 'job']),
      lifecycle: random.pick(['experimental', 'production', 'production', 'deprecated']),
      owner: random.pick(teams(all)),
      system: random.pick(all.systems),
      dependsOn: [...earlier, ...used],
      providesApis: all.apis.length > 0 && index % 3 === 0 ? [random.pick(all.apis)] : [],
      consumesApis: all.apis.length > 0 ? random.some(all.apis, 2) : [],
    },
  })
}

function topGroups(all) {
  return all.groups.slice(0, Math.max(1, Math.floor(all.groups.length / 8)))
}

function teams(all) {
  return all.groups.slice(topGroups(all).length)
}

function entity(kind, name, description, { spec, ...metadata }) {
  return { apiVersion: 'backstage.io/v1alpha1', kind, metadata: { name, description, ...metadata }, spec }
}

function title(name) {
  return name.replace(/(^|-)(\w)/g, (_, dash, letter) => (dash ? ' ' : '') + letter.toUpperCase())
}

/** A document, its keys in their order. */
export function toYaml(value) {
  return lines(value, '').join('')
}

// Texts are written as JSON, which YAML reads; blocks are there because people write them.
function lines(value, indent) {
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .flatMap(([key, item]) => {
      if (typeof item === 'string' && item.includes('\n')) {
        const block = item
          .trimEnd()
          .split('\n')
          .map((line) => `${indent}  ${line}\n`)
        return [`${indent}${key}: |\n`, ...block]
      }
      if (Array.isArray(item)) {
        if (item.length === 0) return [`${indent}${key}: []\n`]
        return [`${indent}${key}:\n`, ...item.map((one) => `${indent}  - ${JSON.stringify(one)}\n`)]
      }
      if (typeof item === 'object') return [`${indent}${key}:\n`, ...lines(item, `${indent}  `)]
      return [`${indent}${key}: ${/^[\w./:]*[a-z][\w./-]*$/i.test(item) ? item : JSON.stringify(item)}\n`]
    })
}

/** Numbers that are the same on every machine: xorshift, which is small. */
export function generator(seed) {
  let state = seed >>> 0 || 1
  const below = (limit) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % limit
  }
  const pick = (list) => list[below(list.length)]
  return {
    below,
    pick,
    chance: (share) => below(1_000_000) < share * 1_000_000,
    some: (list, most) => [...new Set(Array.from({ length: 1 + below(most) }, () => pick(list)))],
  }
}
