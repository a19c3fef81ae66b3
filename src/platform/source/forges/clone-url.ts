/** An address that Git clones from, taken apart. */
export interface CloneUrl {
  scheme: 'https' | 'http' | 'ssh' | 'git'
  /** In lower case, with the port of pages, without that of ssh. */
  host: string
  /** Decoded, without `.git`. */
  segments: string[]
}

// Not `C:\…`, and no scheme: `git@host:path`.
const scpLike = /^(?:[\w.~-]+@)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):(?!\/\/)(.+)$/i
const schemes: Readonly<Record<string, CloneUrl['scheme']>> = {
  'https:': 'https',
  'http:': 'http',
  'ssh:': 'ssh',
  'git+ssh:': 'ssh',
  'ssh+git:': 'ssh',
  'git:': 'git',
}
/** Hosts that answer for others, where firewalls or habit want it. */
const aliases: Readonly<Record<string, string>> = {
  'www.github.com': 'github.com',
  'ssh.github.com': 'github.com',
  'altssh.gitlab.com': 'gitlab.com',
  'www.bitbucket.org': 'bitbucket.org',
  'altssh.bitbucket.org': 'bitbucket.org',
  'ssh.dev.azure.com': 'dev.azure.com',
  'vs-ssh.visualstudio.com': 'dev.azure.com',
}

/** The host that is meant, in lower case. */
export function meantHost(host: string): string {
  const lower = host.toLowerCase()
  return aliases[lower] ?? lower
}

/** @returns undefined for what is no address of a host: a path, `file:`, `ext::` */
export function parseCloneUrl(text: string): CloneUrl | undefined {
  if (text.length > 4_096 || /[\p{Cc}\p{Z}\\]/u.test(text)) return undefined
  if (/^[a-z][a-z0-9+.-]*::/i.test(text)) return undefined
  const scp = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? null : scpLike.exec(text)
  if (scp) return cloneUrl('ssh', scp[1] ?? '', scp[2] ?? '')
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  const scheme = schemes[url.protocol]
  if (!scheme) return undefined
  const host = scheme === 'ssh' || scheme === 'git' ? url.hostname : url.host
  return cloneUrl(scheme, host, url.pathname)
}

function cloneUrl(scheme: CloneUrl['scheme'], host: string, path: string): CloneUrl | undefined {
  const segments = decoded(path)
  return host === '' || !segments ? undefined : { scheme, host: meantHost(host), segments }
}

function decoded(path: string): string[] | undefined {
  const trimmed = path.replace(/^\/+|\/+$/g, '').replace(/\.git$/i, '')
  if (trimmed === '') return undefined
  try {
    const segments = trimmed.split('/').map(decodeURIComponent)
    return segments.some(isOdd) ? undefined : segments
  } catch {
    return undefined
  }
}

/** A hyphen first would be taken for an option by some command or other. */
export function isOdd(part: string): boolean {
  return part === '' || part === '.' || part === '..' || part.startsWith('-') || /[\p{Cc}/\\]/u.test(part)
}
