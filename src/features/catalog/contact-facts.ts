import type { Entity } from '../../api/entity.ts'
import { safeHref } from '../../platform/views/words.ts'
import type { Told } from './entity-view.ts'
import { emailOf } from './model/profile.ts'
import { type HeadFact, linkIcon } from './views.ts'

/** Whether it stands in the organisation: what one wants first is how to reach it. */
export function isOrganisational(kind: string): boolean {
  return ['group', 'user'].includes(kind.toLowerCase())
}

/** Says where a field comes from, as far as that is told. */
type From = (...path: (string | number)[]) => string | null

/** How to reach a group or user: e-mail, chat, account, and the first of the links. */
export function contactFacts(entity: Entity, told: Told | undefined): HeadFact[] {
  const from: From = (...path) => told?.field(path)?.title ?? null
  const all = entity.metadata.links ?? []
  const links = all.filter(({ url }) => safeHref(url) !== null)
  const chats = links.filter(isChat)
  const linkFact = (link: (typeof links)[number]): HeadFact => ({
    icon: isChat(link) ? 'chat' : linkIcon(link.icon),
    text: link.title ?? link.url.replace(/^[a-z]+:\/*/i, ''),
    href: link.url,
    from: from('metadata', 'links', all.indexOf(link)),
  })
  return [
    ...emailFacts(entity, from),
    ...chats.slice(0, 1).map(linkFact),
    ...accountFacts(entity, from),
    ...links.filter((link) => link !== chats[0]).map(linkFact),
  ].slice(0, 4)
}

function emailFacts(entity: Entity, from: From): HeadFact[] {
  const email = emailOf(entity)
  if (email === null) return []
  return [{ icon: 'mail', text: email, href: `mailto:${email}`, from: from('spec', 'profile', 'email') }]
}

const chatWords = /^(chat|slack|teams|mattermost|discord|zulip|matrix|irc)$/i
const chatHosts = /^https?:\/\/([\w-]+\.)*(slack\.com|teams\.microsoft\.com|discord\.com|zulipchat\.com|matrix\.to)\//i

function isChat({ icon, type, url }: { icon?: string; type?: string; url: string }): boolean {
  return chatWords.test(icon ?? '') || chatWords.test(type ?? '') || chatHosts.test(url)
}

/** Accounts at GitHub, which annotations name. */
function accountFacts(entity: Entity, from: From): HeadFact[] {
  const said = (key: string) => from('metadata', 'annotations', key)
  const annotations = entity.metadata.annotations ?? {}
  const [login, team] = [annotations['github.com/user-login'], annotations['github.com/team-slug']]
  const facts: HeadFact[] = []
  if (login && /^[\w-]+$/.test(login)) {
    facts.push({ icon: 'code', text: login, href: `https://github.com/${login}`, from: said('github.com/user-login') })
  }
  const [, organisation, slug] = /^([\w.-]+)\/([\w.-]+)$/.exec(team ?? '') ?? []
  if (team && organisation && slug) {
    const href = `https://github.com/orgs/${organisation}/teams/${slug}`
    facts.push({ icon: 'code', text: team, href, from: said('github.com/team-slug') })
  }
  return facts
}
