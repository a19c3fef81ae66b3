import type { ForgeType } from '../../../api/config.ts'
import type { Secret } from '../../../api/env.ts'
import { PortalError } from '../../../api/errors.ts'
import { azureDevops } from './azure-devops.ts'
import { bitbucket } from './bitbucket.ts'
import { bitbucketServer } from './bitbucket-server.ts'
import { type CloneUrl, isOdd, meantHost, parseCloneUrl } from './clone-url.ts'
import { gitea } from './gitea.ts'
import { github } from './github.ts'
import { gitlab } from './gitlab.ts'
import type { ForgeOptions } from './options.ts'
import { checkPath, encodePath } from './path.ts'
import { checkRef, describeRef, shortened, shortRef, splitRef } from './ref.ts'
import type { Forge, ForgeLocation, Place, Reading, RefsOf, Repository } from './repository.ts'

const kinds: Readonly<Record<ForgeType, Forge>> = {
  github,
  gitlab,
  bitbucket,
  'bitbucket-server': bitbucketServer,
  gitea,
  'azure-devops': azureDevops,
}

const known: readonly { host: string; type: ForgeType }[] = [
  { host: 'github.com', type: 'github' },
  { host: 'gitlab.com', type: 'gitlab' },
  { host: 'bitbucket.org', type: 'bitbucket' },
  { host: 'dev.azure.com', type: 'azure-devops' },
  { host: 'codeberg.org', type: 'gitea' },
  { host: 'gitea.com', type: 'gitea' },
]

/** Addresses of forges, both ways. Nothing is asked of anybody. */
export interface Forges {
  /**
   * What an address leads to.
   *
   * @param refsOf gives the refs of a repository that is known, so that those with slashes are told from paths
   * @returns undefined for what is on no known forge, or is no file, tree, commit or repository there
   * @throws PortalError `invalid` for an address of a forge that leads out of its repository, or cannot be meant
   */
  parse(url: string, refsOf?: RefsOf): ForgeLocation | undefined
  /** The repository that an address for cloning names: https, ssh, or as `git@host:path`. */
  repositoryOf(cloneUrl: string): Repository | undefined
  /** What kind of forge is on a host, if it is a known one. */
  typeAt(host: string): ForgeType | undefined
  /** Whether two addresses for cloning name one repository, however each is written. */
  sameRepository(a: string, b: string): boolean
  /** Where the forge's API is, and what to show it. */
  accessOf(repository: Repository): { apiUrl: string; token: Secret | undefined }
}

/** @param own the forges of the configuration; they go before those that are known by themselves */
export function createForges(own: readonly ForgeOptions[] = []): Forges {
  const hosts = [...own, ...known]
  const typeAt = (host: string) => hosts.find((forge) => forge.host === host)?.type

  const parse = (text: string, refsOf?: RefsOf): ForgeLocation | undefined => {
    if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
    const url = new URL(text)
    const home = homeOf(url.host)
    const type = typeAt(home.host)
    if (!type) return undefined
    checkAddress(text)
    const given = url.pathname.split('/').filter((part) => part !== '')
    const segments = home.segments(given.map(decode))
    const reading = kinds[type].read({
      segments,
      folder: url.pathname.endsWith('/'),
      query: url.searchParams,
      hash: url.hash.slice(1),
    })
    const repository = reading && repositoryAt(type, `${url.protocol}//${home.host}`, reading.name)
    return repository && locate(repository, reading, refsOf)
  }

  const repositoryOf = (cloneUrl: string): Repository | undefined => {
    const clone = parseCloneUrl(cloneUrl)
    return clone && repositoryOfClone(clone)
  }

  const repositoryOfClone = (clone: CloneUrl): Repository | undefined => {
    const home = homeOf(clone.host)
    const isPage = clone.scheme === 'https' || clone.scheme === 'http'
    // By ssh the port is another one than that of the pages.
    const forge = hosts.find(({ host }) => host === home.host || (!isPage && host.replace(/:\d+$/, '') === home.host))
    if (!forge) return undefined
    const name = kinds[forge.type].clonedName(home.segments(clone.segments), !isPage)
    return name && repositoryAt(forge.type, `${clone.scheme === 'http' ? 'http' : 'https'}://${forge.host}`, name)
  }

  const sameRepository = (a: string, b: string): boolean => {
    if (a === b) return true
    const [one, other] = [parseCloneUrl(a), parseCloneUrl(b)]
    if (!one || !other) return false
    const [first, second] = [repositoryOfClone(one), repositoryOfClone(other)]
    // Forges do not tell upper from lower case in names; of any other host that is not known.
    if (first && second) return repositoryKey(first) === repositoryKey(second)
    return !first && !second && sameAddress(one, other)
  }

  const accessOf = ({ forge, site }: Repository) => {
    const given = own.find(({ host }) => site.endsWith(`//${host}`))
    return { apiUrl: given?.apiUrl?.replace(/\/$/, '') ?? kinds[forge].api(site), token: given?.token }
  }
  return { parse, repositoryOf, typeAt: (host) => typeAt(homeOf(host).host), sameRepository, accessOf }
}

/** Page of a file, or of a folder when the path is empty. */
export function viewUrl(repository: Repository, ref: string | undefined, path: string, line?: number): string {
  const at = placeOf(repository, ref, path, line)
  return at.path === '' ? kinds[repository.forge].tree(at) : kinds[repository.forge].view(at)
}

/** Page of a folder. */
export function treeUrl(repository: Repository, ref: string | undefined, path = ''): string {
  return kinds[repository.forge].tree(placeOf(repository, ref, path))
}

/** The content of a file by itself. */
export function rawUrl(repository: Repository, ref: string | undefined, path: string): string {
  return kinds[repository.forge].raw(placeOf(repository, ref, path))
}

/**
 * Where a person edits a file, or the page that has the button for it.
 * @returns undefined where nothing can be edited: at a tag or a commit
 */
export function editUrl(repository: Repository, ref: string | undefined, path: string): string | undefined {
  return kinds[repository.forge].edit(placeOf(repository, ref, path))
}

/** Where a person writes a new file. @returns undefined where the forge has no address for it */
export function newFileUrl(repository: Repository, ref: string | undefined, path: string): string | undefined {
  return kinds[repository.forge].create(placeOf(repository, ref, path))
}

/** Page of the repository. */
export function repositoryUrl(repository: Repository): string {
  return pageOf(repository)
}

export function commitUrl(repository: Repository, id: string): string {
  return kinds[repository.forge].commit(pageOf(repository), encodePath(checkRef(id)))
}

function placeOf(repository: Repository, ref: string | undefined, path: string, line?: number): Place {
  const plainPath = checkPath(path)
  const page = pageOf(repository)
  const described = ref === undefined ? undefined : describeRef(ref)
  return { repository, page, ref: described, path: encodePath(plainPath), plainPath, line }
}

function pageOf({ forge, site, path }: Repository): string {
  return `${site}/${kinds[forge].pagePath(path.split('/'))}`
}

function repositoryAt(forge: ForgeType, site: string, name: readonly string[]): Repository | undefined {
  const kind = kinds[forge]
  const fits = forge === 'azure-devops' ? /./ : /^[\w.~-]+$/
  if (name.some((part) => isOdd(part) || !fits.test(part)) || kind.reserved.has(name[0] ?? '')) return undefined
  const { hostname, host } = new URL(site)
  const https = `${site}/${kind.clonePath(name)}`
  return { forge, site, path: name.join('/'), https, ssh: kind.ssh(forge === 'azure-devops' ? host : hostname, name) }
}

function locate(repository: Repository, reading: Reading, refsOf: RefsOf | undefined): ForgeLocation {
  const { forge } = repository
  const split = reading.mixed
    ? splitRef(reading.mixed, reading.mixed.length > 1 ? refsOf?.(repository) : undefined)
    : { ref: reading.ref === undefined ? undefined : shortRef(reading.ref), path: reading.path ?? '' }
  const path = checkPath(split.path)
  const ref = split.ref === undefined ? undefined : checkRef(split.ref)
  const kind = reading.kind === 'file' && path === '' ? 'tree' : reading.kind
  const line = kind === 'file' && reading.line !== undefined ? { line: reading.line } : {}
  return { forge, repository, ref, path, kind, ...line }
}

/** Where some hosts' addresses really belong, and what becomes of the parts of their paths. */
function homeOf(host: string): { host: string; segments(given: readonly string[]): readonly string[] } {
  if (host === 'raw.githubusercontent.com') {
    return { host: 'github.com', segments: ([owner = '', name = '', ...rest]) => [owner, name, 'raw', ...rest] }
  }
  const organisation = /^([a-z0-9-]+)\.visualstudio\.com$/.exec(host)?.[1]
  if (organisation !== undefined) {
    const segments = (given: readonly string[]) => [
      organisation,
      ...given.filter((part) => part !== 'DefaultCollection'),
    ]
    return { host: 'dev.azure.com', segments }
  }
  return { host: meantHost(host), segments: (given) => given }
}

/** A parser would take `..` out before anybody sees it, and leave tabs and line breaks away. */
function checkAddress(text: string): void {
  const path = /^[a-z]+:\/\/[^/?#]*([^?#]*)/i.exec(text)?.[1] ?? ''
  const dots = path.split('/').some((part) => /^(\.|%2e){1,2}$/i.test(part))
  if (!dots && !/[\p{Cc}\\]/u.test(text) && text.length <= 8_192) return
  const what = dots ? 'contains "." or ".." as a part of its path' : 'contains control characters or backslashes'
  throw unusable(text, text.length > 8_192 ? 'is too long' : what)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw unusable(text, 'is not encoded as addresses are')
  }
}

function unusable(text: string, what: string): PortalError {
  const shown = shortened(text.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*$/s, ''))
  return new PortalError('invalid', `The address "${shown}" ${what}`, {
    hint: 'Copy the address of the file from the page of the forge.',
  })
}

/** The same for two addresses of one repository. */
export function repositoryKey({ site, path }: Repository): string {
  return `${site.replace(/^https?:/, '')}/${path}`.toLowerCase()
}

function sameAddress(a: CloneUrl, b: CloneUrl): boolean {
  const isPage = ({ scheme }: CloneUrl) => scheme === 'https' || scheme === 'http'
  const bare = ({ host }: CloneUrl) => host.replace(/:\d+$/, '')
  const sameHost = isPage(a) && isPage(b) ? a.host === b.host : bare(a) === bare(b)
  return sameHost && a.segments.join('/') === b.segments.join('/')
}
