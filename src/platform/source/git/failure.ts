import { messageOf, PortalError } from '../../../api/errors.ts'
import type { GitCredentials } from './access.ts'
import type { GitAddress } from './address.ts'
import { GitFailure } from './program.ts'

interface About {
  address: Pick<GitAddress, 'id' | 'protocol'>
  credentials?: GitCredentials
}

interface Case {
  /** What git writes, in English, as LC_ALL asks for. */
  pattern: RegExp
  code?: 'internal'
  what: string
  hint: string | ((about: About) => string)
}

const redirect = /returned error: 30\d|unable to update url base from redirection/i
const absence =
  /repository .*not found|returned error: 4(04|10)|not exported|does not appear to be a git repository|no such file or directory|repository does not exist|could not be found/i

const cases: readonly Case[] = [
  {
    pattern: /no space left on device|disk quota exceeded|file too large/i,
    code: 'internal',
    what: 'could not be fetched: the disk is full',
    hint: 'Make room on the disk of the data folder. What was read before stays.',
  },
  {
    pattern: redirect,
    what: 'answers with a redirect, and redirects are not followed',
    hint: 'Open the address in a browser, and put the one you arrive at into the option url.',
  },
  {
    pattern: /host key verification failed|remote host identification has changed/i,
    what: 'shows another host key than before',
    hint: 'Make sure that the host has changed its key. Then remove its line from git/known_hosts in the data folder.',
  },
  {
    pattern:
      /could not read (username|password)|authentication failed|returned error: 40[17]|permission denied|invalid username/i,
    what: 'refuses who asks',
    hint: askedFor,
  },
  {
    pattern: /returned error: 403|access denied(?! or repository)|not authorized|forbidden/i,
    what: 'may not be read by who asks',
    hint: 'Give the token or key the right to read the content of this repository.',
  },
  {
    pattern: absence,
    what: 'is not there, or may not be seen by who asks',
    hint: (about) =>
      `Check the address: the repository may have been moved or removed. A private one may look like this, too: ${lowered(askedFor(about))}`,
  },
  {
    pattern: /could not resolve (host|proxy)|name or service not known|temporary failure in name resolution/i,
    what: 'cannot be reached: its host name is not known',
    hint: 'Check the spelling of the host, and that this machine can resolve it.',
  },
  {
    pattern: /certificate|ssl|tls handshake|gnutls/i,
    what: 'cannot be reached safely: its certificate is not accepted',
    hint: 'If the certificate is signed by an authority of your own, name its file in SSL_CERT_FILE.',
  },
  {
    pattern: /connection refused|failed to connect|couldn't connect|unreachable|no route to host|timed out/i,
    what: 'cannot be reached',
    hint: 'Check that the host is up and that this machine may connect to it. A proxy is named in HTTPS_PROXY.',
  },
  {
    pattern: /returned error: (429|5\d\d)/i,
    what: 'is not available at the moment',
    hint: 'The host answers with an error of its own. It is asked again by itself.',
  },
  {
    pattern: /transport '.*' not allowed/i,
    what: 'uses a protocol that is not allowed',
    hint: 'Name the protocol in the option protocols.',
  },
  {
    pattern:
      /early eof|hung up|unexpected disconnect|rpc failed|transfer closed|operation too slow|connection (was )?(reset|closed)|bad line length|empty reply|invalid index-pack|unexpected flush|expected flush|smart protocol/i,
    what: 'ended the connection too early',
    hint: 'It is asked again by itself. If it stays, look at the host and at what lies between.',
  },
]

/** What a failed run of git means, for people. Credentials are taken out, should a server have repeated them. */
export function explainGit(error: unknown, about: About): unknown {
  if (!(error instanceof GitFailure)) return error
  const { id } = about.address
  if (error.reason === 'absent') {
    return new PortalError('internal', 'The program git, which reads repositories, is not installed', {
      hint: 'Install git 2.32 or newer, and make sure that it is in the PATH of the portal.',
      cause: error,
    })
  }
  if (error.reason === 'timeout') {
    return upstream(`${id} did not answer in time: ${error.message}`, 'It is asked again by itself.')
  }
  if (error.reason !== 'exit') {
    return new PortalError('invalid', `${id} is too large: ${error.message}`, {
      hint: 'Leave this repository out, or have its history made smaller.',
    })
  }
  const text = withoutSecrets(error.stderr, about.credentials)
  const found = cases.find(({ pattern }) => pattern.test(text))
  if (!found) return upstream(`${id} could not be read: ${lastComplaint(text) || messageOf(error)}`)
  const { code = 'upstream', what, hint } = found
  return new PortalError(code, `${id} ${what}`, {
    hint: typeof hint === 'string' ? hint : hint(about),
    cause: new Error(lastComplaint(text)),
  })
}

/** Whether the clone itself is broken, so that only a new one helps. */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof GitFailure) || error.reason !== 'exit') return false
  if (cases.some(({ pattern }) => pattern.test(error.stderr))) return false
  return /corrupt|bad object|bad tree|not a git repository|not a valid object|not a tree object|unable to (read|find|parse)|could not (read|parse)|missing (tree|commit|blob|object|necessary)|packfile|pack index|index file|loose object|inflate|bad config|bad ref|cannot lock ref|broken|did not send all necessary objects|malformed|revision walk setup failed|needed a single revision/i.test(
    error.stderr,
  )
}

/** Whether the server leads elsewhere. */
export const isRedirect = (error: unknown): boolean => error instanceof GitFailure && redirect.test(error.stderr)

/** Whether there is no such repository for who asks. */
export const isAbsence = (error: unknown): boolean => error instanceof GitFailure && absence.test(error.stderr)

/** Whether git's own check refused what the server sent. */
export function isComplaint(error: unknown): error is GitFailure {
  return error instanceof GitFailure && /fsck error/i.test(error.stderr)
}

/** Whether the server gives no single objects. */
export function isObjectRefusal(error: unknown): boolean {
  return error instanceof GitFailure && /not our ref|unadvertised object|upload-pack: not/i.test(error.stderr)
}

/** The last line in which git says what was wrong. */
export function lastComplaint(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).filter((line) => /^(fatal|error): /.test(line))
  const line = (lines.at(-1) ?? stderr.trim().split('\n').at(-1) ?? '').replace(/^(fatal|error): /, '')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a server may have sent them.
  return line.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 300)
}

function upstream(message: string, hint = 'It is asked again by itself. The log of the host may say more.') {
  return new PortalError('upstream', message, { hint })
}

function askedFor({ address, credentials }: About): string {
  if (address.protocol === 'ssh') {
    return credentials?.key
      ? 'Check that the public half of the key is known to the host, and that the key has no passphrase.'
      : "Give a private key as key: secret('NAME')."
  }
  return credentials?.token
    ? 'Check that the token is still valid and may read this repository. Where a user name matters, write user:password.'
    : "Give a token that may read it as token: secret('NAME')."
}

const lowered = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

function withoutSecrets(text: string, { token, key }: GitCredentials = {}): string {
  const secrets = [token?.reveal(), key?.reveal(), token && Buffer.from(token.reveal()).toString('base64')]
  return secrets.reduce<string>((left, secret) => (secret ? left.replaceAll(secret, '••••••') : left), text)
}
