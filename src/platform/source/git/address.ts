import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { PortalError } from '../../../api/errors.ts'

export const gitProtocols = ['https', 'ssh', 'http', 'git', 'file'] as const
export type GitProtocol = (typeof gitProtocols)[number]

/** Where a repository is, taken apart and checked: nothing in it can be taken for an option or a command. */
export interface GitAddress {
  /** As the git program gets it. */
  url: string
  protocol: GitProtocol
  /** Lower case; empty for `file`. */
  host: string
  port: string | undefined
  /** Begins with `/`, without a slash or `.git` at the end. */
  path: string
  /** The same for all ways to write one repository: `https://git.acme.dev/shop/catalog`. */
  id: string
}

const longest = 2000

/**
 * Reads `https://host/path`, `ssh://user@host/path`, `user@host:path` and, where allowed, `http`, `git` and `file`.
 *
 * @throws PortalError `invalid`, without the text itself where it may hold a password
 */
export function parseGitAddress(text: string, allowed: readonly GitProtocol[] = ['https', 'ssh']): GitAddress {
  if (text === '' || text.length > longest) throw unreadable()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are refused.
  if (/[\u0000-\u0020\u007f\\]/.test(text)) throw refused('it holds blanks, backslashes or control characters')
  if (text.startsWith('-')) throw refused('it begins with a hyphen, as an option does')
  if (/^[^/[]*::/.test(text)) throw refused('it names a helper program (::), and none is ever run')
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : fromShortForm(text)
  return checked(new URL(orThrow(url)), allowed)
}

/** A name for a folder that belongs to this repository only. */
export function folderNameOf({ url }: Pick<GitAddress, 'url'>): string {
  return createHash('sha256').update(url).digest('hex').slice(0, 32)
}

/** What people call it: the last two parts of its path. */
export function nameOf({ path }: Pick<GitAddress, 'path'>): string {
  return decoded(path).split('/').filter(Boolean).slice(-2).join('/')
}

/** @throws PortalError `invalid` when git would not accept the name, or could take it for something else */
export function checkBranch(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are refused.
  const bad = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^[-/.]|\/\.|[/.]$|\.lock(\/|$)|^@$/
  if (name !== '' && name.length <= 250 && !bad.test(name)) return name
  throw new PortalError('invalid', `${JSON.stringify(name.slice(0, 80))} is not the name of a branch`, {
    hint: 'Write the name as git shows it, for example main or release/1.0.',
  })
}

function fromShortForm(text: string): string {
  const short = /^(?:([\w.+-]+)@)?([a-z0-9.-]+|\[[0-9a-f:.]+\]):(?!\/\/)(.+)$/i.exec(text)
  if (!short) throw unreadable()
  const [, user, host, path = ''] = short
  return `ssh://${user ? `${user}@` : ''}${host}/${path.replace(/^\/+/, '')}`
}

function orThrow(url: string): string {
  if (!URL.canParse(url)) throw unreadable()
  return url
}

function checked(url: URL, allowed: readonly GitProtocol[]): GitAddress {
  const protocol = url.protocol.slice(0, -1) as GitProtocol
  if (!gitProtocols.includes(protocol)) throw unknownProtocol(protocol, allowed)
  if (url.password !== '' || (url.username !== '' && protocol !== 'ssh')) throw withCredentials()
  if (!allowed.includes(protocol)) throw notAllowed(protocol, allowed)
  if (url.search !== '' || url.hash !== '') throw refused('it has a part behind ? or #')
  const user = url.username
  if (!/^[\w.+-]*$/.test(user) || user.startsWith('-')) throw refused('its user name is none')
  const host = url.hostname.toLowerCase()
  if (protocol === 'file' ? host !== '' : !/^(?!-)[a-z0-9.-]+$|^\[[0-9a-f:.]+\]$/.test(host)) throw unreadable()
  // The URL class resolves `..` in the path, and `%2e%2e` with it.
  const path = posix.normalize(url.pathname).replace(/\/+$/, '')
  if (path.length < 2 || path.startsWith('/-')) throw refused('it names no repository')
  const port = url.port === defaultPorts[protocol] ? '' : url.port
  const place = `${host}${port && `:${port}`}`
  return {
    url: `${protocol}://${user && `${user}@`}${place}${path}`,
    protocol,
    host,
    port: port || undefined,
    path: path.replace(/\.git$/, ''),
    id: `${protocol}://${place}${path.replace(/\.git$/, '')}`,
  }
}

const defaultPorts: Record<GitProtocol, string> = { https: '443', http: '80', ssh: '22', git: '9418', file: '' }

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

const forms = 'Write https://host/path.git, ssh://git@host/path.git or git@host:path.git.'

function unreadable(): PortalError {
  return new PortalError('invalid', 'This is not the address of a Git repository', {
    hint: `${forms} For a folder on this machine use folderProvider, or file:///path with protocols: ['file'].`,
  })
}

function refused(why: string): PortalError {
  return new PortalError('invalid', `The address of the repository is refused: ${why}`, { hint: forms })
}

function withCredentials(): PortalError {
  return new PortalError('invalid', 'The address of the repository holds a user name or password', {
    hint: "Take it out of the address, and give it as token: secret('NAME').",
  })
}

function unknownProtocol(protocol: string, allowed: readonly GitProtocol[]): PortalError {
  return new PortalError('invalid', `Repositories are not read by ${protocol.slice(0, 40)}`, {
    hint: `Use an address with ${allowed.join(' or ')}.`,
  })
}

function notAllowed(protocol: GitProtocol, allowed: readonly GitProtocol[]): PortalError {
  return new PortalError('invalid', `Repositories are not read by ${protocol} unless that is allowed`, {
    hint: `Use an address with ${allowed.join(' or ')}, or add '${protocol}' to protocols.`,
  })
}
