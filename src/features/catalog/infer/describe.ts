import { createForges } from '../../../platform/source/forges/forges.ts'
import type { FoundApi } from './apis.ts'
import type { Owner } from './codeowners.ts'
import { documentLines, type Line } from './document.ts'
import { type Fact, plain } from './fact.ts'
import { createNames, type Names } from './names.ts'
import type { Part, Survey } from './survey.ts'

/** A repository as it was found: surveyed, and what its own files define. */
export interface Found {
  /** Path of its folder in the source; empty where the source is the repository. */
  path: string
  /** What it is called without any manifest. */
  folder: string
  survey: Survey
  /** Kind and name of what its own files define; where there is a component, dependencies on it lead there. */
  defined: readonly { kind: string; name: string }[]
  /** Whether it has a file of its own, so that nothing is inferred. */
  hasOwn: boolean
}

export interface Described {
  /** The documents of each repository that has no file of its own, by path. */
  documents: ReadonlyMap<string, readonly (readonly Line[])[]>
  /** Groups and users that are named as owners and that nobody defines. */
  owners: readonly (readonly Line[])[]
}

const nobody: Fact<Owner> = {
  value: { kind: 'Group', name: 'unknown', title: 'Nobody known' },
  rule: 'no owner of everything in CODEOWNERS, no commits that can be read',
}
const forges = createForges()

/** Makes entities of what was read. Pure: the same surveys give the same text. */
export function describe(all: readonly Found[]): Described {
  const names = createNames()
  for (const { kind, name } of all.flatMap(({ defined }) => defined)) names.reserve(kind, name)
  const components = all.filter(({ hasOwn }) => !hasOwn).flatMap((found) => componentsOf(found, names))
  const refs = identitiesOf(all, components)
  const owners = new Map<string, { owner: Owner; from: Fact }>()
  const documents = new Map<string, (readonly Line[])[]>()
  for (const found of all.filter(({ hasOwn }) => !hasOwn)) {
    const own = components.filter((component) => component.found === found)
    const lines = own.flatMap((component) => componentLines(component, refs, names))
    documents.set(found.path, [...systemLines(found, own), ...lines])
    for (const { owner, found } of own) {
      const { kind, name } = owner.value
      const key = `${kind}:${name}`.toLowerCase()
      const file = owner.file === undefined ? undefined : `${found.path === '' ? '' : `${found.path}/`}${owner.file}`
      if (!owners.has(key))
        owners.set(key, {
          owner: owner.value,
          from: {
            ...owner,
            value: name,
            file,
            ...(file === undefined && { rule: `${owner.rule} of ${found.folder}` }),
          },
        })
    }
  }
  const defined = new Set(
    all.flatMap(({ defined }) => defined.map(({ kind, name }) => `${kind}:${name}`.toLowerCase())),
  )
  const undefined_ = [...owners].filter(([key]) => !defined.has(key)).sort(([a], [b]) => (a < b ? -1 : 1))
  return { documents, owners: undefined_.map(([, { owner, from }]) => ownerLines(owner, from)) }
}

interface Component {
  found: Found
  part: Part
  name: Fact
  owner: Fact<Owner>
  system: Fact | undefined
}

function componentsOf(found: Found, names: Names): Component[] {
  const { root, members, codeowners, history } = found.survey
  const rootOwner = codeowners?.root ?? history.author ?? nobody
  const isWorkspace = members.length > 0
  const system = isWorkspace ? systemName(found, names) : undefined
  const isOwn =
    !isWorkspace ||
    (root.manifests[0]?.isPackage === true && root.manifests[0].type !== undefined && isCode(root, members))
  const parts = [...(isOwn ? [root] : []), ...members]
  return parts.map((part) => ({
    found,
    part,
    name: nameOf(part, found, names),
    owner: (part.folder === '' ? undefined : codeowners?.of(part.folder)) ?? rootOwner,
    system,
  }))
}

/** The top of a workspace is a component too where it has sources of its own, as a crate may. */
function isCode(root: Part, members: readonly Part[]): boolean {
  const { file } = root.manifests[0]?.type ?? {}
  return file !== undefined && /(^|\/)src\//.test(file) && !members.some(({ folder }) => file.startsWith(`${folder}/`))
}

function systemName({ folder, survey }: Found, names: Names): Fact {
  const named = survey.root.manifests.find(({ name }) => name)?.name
  const fact = named ?? { value: folder, rule: 'name of the repository' }
  return { ...fact, value: names.take('System', [shortName(fact.value), folder]) }
}

function nameOf({ manifests, folder }: Part, found: Found, names: Names): Fact {
  const fact = manifests.find(({ name }) => name)?.name ?? {
    value: (folder === '' ? found.folder : folder).split('/').at(-1) ?? '',
    rule: 'name of the folder',
  }
  const short = shortName(fact.value)
  const value = names.take('Component', [short, `${found.folder}-${short}`])
  return { ...fact, value }
}

const shortName = (name: string) => name.replace(/^@[^/]+\//, '')

/** By what a dependency is named, to the component that it is. */
function identitiesOf(all: readonly Found[], components: readonly Component[]): ReadonlyMap<string, string> {
  const refs = new Map<string, string>()
  const put = (part: Part, name: string) => {
    for (const { identities } of part.manifests) for (const one of identities) if (!refs.has(one)) refs.set(one, name)
  }
  for (const { part, name } of components) put(part, name.value)
  for (const { survey, defined } of all.filter(({ hasOwn }) => hasOwn)) {
    const [component, ...others] = defined.filter(({ kind }) => kind.toLowerCase() === 'component')
    if (component && others.length === 0) put(survey.root, component.name)
  }
  return refs
}

function systemLines(found: Found, components: readonly Component[]): Line[][] {
  const name = components.find(({ system }) => system)?.system
  if (!name) return []
  const { root, codeowners, history } = found.survey
  const owner = codeowners?.root ?? history.author ?? nobody
  return [
    documentLines({
      kind: 'System',
      name,
      title: titleOf(root, name.value),
      description: descriptionOf(root),
      ...addresses(found, root),
      spec: [['owner', ownerRef(owner)]],
    }),
  ]
}

function componentLines(component: Component, refs: ReadonlyMap<string, string>, names: Names): Line[][] {
  const { found, part, name, owner, system } = component
  const lifecycle = lifecycleOf(part, found.survey)
  const apis = part.apis.map((api) => ({ api, name: apiName(api, name.value, part.apis.length, names) }))
  const depends = dependenciesOf(component, refs)
  const rest = system ? [['system', system] as const] : []
  const main = documentLines({
    kind: 'Component',
    name,
    title: titleOf(part, name.value),
    description: descriptionOf(part),
    ...addresses(found, part),
    tags: tagsOf(part),
    spec: [
      ['type', typeOf(part)],
      ['lifecycle', lifecycle],
      ['owner', ownerRef(owner)],
      ...rest,
      ...(depends.length > 0 ? [['dependsOn', depends] as const] : []),
      ...(apis.length > 0 ? [['providesApis', apis.map(({ name }) => name)] as const] : []),
    ],
  })
  const others = apis.map(({ api, name }) =>
    documentLines({
      kind: 'API',
      name,
      title: api.title,
      description: api.description,
      spec: [
        ['type', api.type],
        ['lifecycle', lifecycle],
        ['owner', ownerRef(owner)],
        ...rest,
        ['definition', { text: { ...api.type, value: `./${api.file}`, rule: 'the definition itself' } }],
      ],
    }),
  )
  return [main, ...others]
}

function ownerRef(owner: Fact<Owner>): Fact {
  const { kind, name } = owner.value
  return { ...owner, value: `${kind.toLowerCase()}:${name}` }
}

function titleOf({ manifests, readme }: Part, name: string): Fact | undefined {
  const title = manifests.find(({ title }) => title)?.title ?? readme.title
  const bare = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  return title === undefined || bare(title.value) === bare(name)
    ? undefined
    : { ...title, value: plain(title.value, 80) }
}

function descriptionOf({ manifests, readme }: Part): Fact | undefined {
  const said = manifests.find(({ description }) => description)?.description ?? readme.description
  return said && { ...said, value: plain(said.value, 300) }
}

function typeOf({ manifests, looks }: Part): Fact {
  const isDocs = looks?.value === 'documentation'
  const type = manifests.find(({ type }) => type)?.type
  return (isDocs ? looks : undefined) ?? strongest(type, looks) ?? { value: 'other', rule: 'nothing says what it is' }
}

/** A program that nothing else is known of, in an image with a port, serves something. */
function strongest(type: Fact | undefined, looks: Fact | undefined): Fact | undefined {
  return looks?.value === 'service' && (type === undefined || type.value === 'cli') ? looks : (type ?? looks)
}

function lifecycleOf({ manifests, readme }: Part, { root, history }: Survey): Fact {
  const over = readme.over ?? root.readme.over
  if (over) return over
  const version = manifests.find(({ version }) => version)?.version ?? history.version
  if (version === undefined) return { value: 'experimental', rule: 'no version is stated' }
  const major = Number(/^v?(\d+)/.exec(version.value)?.[1] ?? 0)
  const rule = `version ${plain(version.value, 40)}`
  return { ...version, value: major >= 1 ? 'production' : 'experimental', rule }
}

function tagsOf({ languages, manifests }: Part): Fact[] {
  const tags = new Map<string, Fact>()
  for (const tag of [...languages, ...manifests.flatMap(({ tags }) => tags)]) {
    if (!tags.has(tag.value)) tags.set(tag.value, tag)
  }
  return [...tags.values()].slice(0, 10)
}

function addresses({ survey }: Found, part: Part) {
  const { remote } = survey.history
  const repository = remote && forges.repositoryOf(remote.value)
  const page = repository && `${repository.site}/${repository.path}`
  const home = part.manifests.find(({ homepage }) => homepage)?.homepage
  const slugs: Readonly<Record<string, string>> = {
    github: 'github.com/project-slug',
    gitlab: 'gitlab.com/project-slug',
  }
  const slug = repository && slugs[repository.forge]
  const isDocumented = part.folder === ''
  return {
    annotations: [
      ...(remote && repository && slug ? [[slug, { ...remote, value: repository.path }] as const] : []),
      ...(remote && page ? [['backstage.io/source-location', { ...remote, value: `url:${page}/` }] as const] : []),
      ...(isDocumented && part.docs ? [['backstage.io/techdocs-ref', part.docs] as const] : []),
    ],
    links: [
      ...(remote && page ? [{ url: { ...remote, value: page }, title: 'Repository' }] : []),
      ...(home && /^https?:\/\/[^\s]+$/.test(home.value) && home.value !== page
        ? [{ url: home, title: 'Home page' }]
        : []),
    ],
  }
}

function apiName({ file, type }: FoundApi, component: string, count: number, names: Names): Fact {
  const base = (file.split('/').at(-1) ?? '').replace(/\.[a-z]+$/i, '')
  const rest = base
    .replace(/(^|[._-])(openapi|swagger|asyncapi|api|schema|service)(?=[._-]|$)/gi, '')
    .replace(/^[._-]+/, '')
  const own = `${component}-${rest || type.value}`
  const value = names.take('API', count === 1 ? [`${component}-api`, own] : [own])
  return { ...type, value, rule: 'named after the component that has it' }
}

function dependenciesOf({ part, name }: Component, refs: ReadonlyMap<string, string>): Fact[] {
  const found = new Map<string, Fact>()
  for (const need of part.manifests.flatMap(({ dependencies }) => dependencies)) {
    const target = refs.get(need.value)
    if (target === undefined || target === name.value || found.has(target)) continue
    found.set(target, { ...need, value: `component:${target}` })
  }
  return [...found.values()]
}

function ownerLines({ kind, title, email }: Owner, name: Fact): Line[] {
  const isGroup = kind === 'Group'
  return documentLines({
    kind,
    name,
    ...(isGroup && title && { title: { ...name, value: title } }),
    spec: isGroup
      ? [
          ['type', { value: 'team', rule: 'named as a team' }],
          ['children', []],
        ]
      : [['memberOf', []]],
  }).flatMap((line) => {
    if (isGroup || line.text !== 'spec:') return [line]
    const profile = [
      title && `    displayName: ${JSON.stringify(plain(title, 100))}`,
      email && `    email: ${JSON.stringify(plain(email, 200))}`,
    ]
    const lines = profile
      .filter((text) => text !== undefined && text !== '')
      .map((text) => ({ text: String(text), fact: name }))
    return lines.length > 0 ? [line, { text: '  profile:' }, ...lines] : [line]
  })
}
