import type { ForgeType } from '../../../../api/config.ts'
import type { Secret } from '../../../../api/env.ts'
import { PortalError } from '../../../../api/errors.ts'
import type { HttpAnswer } from '../../../../api/http-client.ts'
import { shortened } from '../ref.ts'
import type { Repository } from '../repository.ts'

/** What a token must be allowed, in the words of each forge. */
export const neededRights: Readonly<Record<ForgeType, string>> = {
  github: 'Contents and Pull requests, read and write, of this repository (a classic token: the scope repo)',
  gitlab: 'the scope api and the role Developer in this project',
  gitea: 'the scope write:repository and write access to this repository',
  bitbucket: 'the scopes repository:write and pullrequest:write',
  'bitbucket-server': 'write access to this repository',
  'azure-devops': 'the scope Code (read and write) and, in the repository, Contribute and Contribute to pull requests',
}

export interface Asked {
  repository: Repository
  token: Secret
  doing: 'read' | 'write'
  now: Date
}

/** What an answer means that is no success, and what to do about it. Neither holds the token. */
export function explainAnswer(answer: HttpAnswer, asked: Asked): PortalError {
  const { repository, token, doing } = asked
  const { status } = answer
  const host = new URL(repository.site).host
  const name = repository.path
  const said = saidBy(answer, token)
  const rights = `The token needs ${neededRights[repository.forge]}.`
  const later = limitOf(answer, asked.now)
  if (later !== undefined) {
    return new PortalError('rate_limited', `${host} takes no more requests of this token for now`, {
      hint: `Try again ${later}.`,
    })
  }
  // Azure DevOps answers a token that it does not know with a page to sign in.
  const isUnknown = status === 401 || status === 203 || (status === 302 && repository.forge === 'azure-devops')
  if (isUnknown) {
    return new PortalError('upstream', `${host} does not accept the token that the portal has for it`, {
      hint: `It may have expired or been withdrawn. Put a new one into ${token.name} and start the portal again. ${rights}`,
    })
  }
  if (status >= 300 && status < 400) {
    return new PortalError('conflict', `${host} has moved ${name} to another address`, {
      hint: 'Correct the address of origin in the repository, and read the source again.',
    })
  }
  if (status === 404 && doing === 'read') {
    return new PortalError('upstream', `${host} has no repository ${name}, or not for the token of the portal`, {
      hint: `Check the address of origin. Private repositories are hidden from tokens that may not read them. ${rights}`,
    })
  }
  if (status === 403 || status === 404) {
    const what = doing === 'read' ? 'read' : 'write to'
    return new PortalError('upstream', `${host} does not let the token of the portal ${what} ${name}${said}`, {
      hint: `${rights} A rule of the repository may forbid it as well.`,
    })
  }
  if (status >= 400 && status < 500) {
    return new PortalError('conflict', `${host} did not take the change to ${name}${said || `: status ${status}`}`, {
      hint: 'Look at the repository: a rule for branches or commits, or something of the same name, may stand in the way.',
    })
  }
  return new PortalError('upstream', `${host} answered with status ${status}${said}`, {
    hint: 'Try again in a while. What was done so far is found again then.',
  })
}

export function notUnderstood({ site, forge }: Repository): PortalError {
  return new PortalError('upstream', `${new URL(site).host} does not answer as ${forge} does`, {
    hint: 'Check type and apiUrl of this host in forges.',
  })
}

/** When to try again, where the answer says that it was too much. */
function limitOf({ status, headers }: HttpAnswer, now: Date): string | undefined {
  const wait = headers['retry-after']
  const isSpent = headers['x-ratelimit-remaining'] === '0'
  if (status !== 429 && !(status === 403 && (isSpent || wait !== undefined))) return undefined
  const reset = headers['x-ratelimit-reset'] ?? headers['ratelimit-reset']
  if (wait !== undefined && /^\d{1,6}$/.test(wait)) return inMinutes(Number(wait))
  if (reset !== undefined && /^\d{1,12}$/.test(reset)) return inMinutes(Number(reset) - now.getTime() / 1000)
  return 'in a few minutes'
}

function inMinutes(seconds: number): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60))
  return minutes === 1 ? 'in a minute' : `in ${minutes} minutes`
}

/** `: "Resource not accessible"`: its own words, which help those who know the forge. */
function saidBy(answer: HttpAnswer, token: Secret): string {
  const text = messageIn(answer)
  const clean = text.replaceAll(token.reveal(), '••••••').replace(/\s+/g, ' ').trim()
  return clean === '' ? '' : `: “${shortened(clean)}”`
}

function messageIn({ headers, text }: HttpAnswer): string {
  if (!/\bjson\b/.test(headers['content-type'] ?? '')) return ''
  let body: unknown
  try {
    body = JSON.parse(text())
  } catch {
    return '' // Then it has no words.
  }
  return wordsOf(body, 0)
}

function wordsOf(value: unknown, depth: number): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null || depth > 3) return ''
  if (Array.isArray(value)) return wordsOf(value[0], depth + 1)
  const { errors, message, error, error_description } = value as Record<string, unknown>
  // GitHub's message is "Validation Failed", and the first of its errors says why.
  const found = [errors, error_description, message, error].map((one) => wordsOf(one, depth + 1))
  return found.find((one) => one !== '') ?? ''
}
