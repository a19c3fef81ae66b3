import type { Actor } from '../../api/actor.ts'
import type { Contributions } from '../../platform/contributions.ts'
import type { Policy } from '../../platform/permissions/policy.ts'
import { domId } from '../../platform/views/ids.ts'
import { capital, plural } from '../../platform/views/plural.ts'
import { markAll, type Wanted } from './model/passage.ts'
import { parseQuery } from './model/query.ts'
import type { Candidate } from './model/ranking.ts'
import { wantedOf } from './model/reasons.ts'
import { foldedWords } from './model/words.ts'
import type { SearchPages } from './page.ts'
import type { SearchService } from './service.ts'
import type { Palette, PaletteGroup, PaletteOption } from './views.ts'

export interface Palettes {
  palette(actor: Actor, text: string): Palette
}

const results = 8
const perGroup = 5
const places = 4
/** Candidates of each kind: what stands behind them, nobody sees. */
const looked = 250

export interface PaletteArgs {
  service: SearchService
  pages: SearchPages
  contributions: Contributions
  policy(): Policy
}

export function createPalettes({ service, pages, contributions, policy }: PaletteArgs): Palettes {
  function options(group: string, candidates: readonly Candidate[], wanted: readonly Wanted[]): PaletteOption[] {
    const shown = service.listed(candidates)
    const owners = pages.ownersOf(shown)
    return shown.map((one) => ({
      id: domId(`search-${group}`, `${one.source} ${one.key}`),
      href: one.url,
      icon: one.icon,
      title: markAll(one.title, wanted),
      what: one.kind === null ? '' : pages.kindName(one.kind),
      owner: one.owner === null ? null : (owners.get(one.owner) ?? one.owner.slice(one.owner.indexOf('/') + 1)),
    }))
  }

  function mayFollow(actor: Actor, permission: string): boolean {
    const isOnEntity = contributions.permissions.get(permission)?.on === 'entity'
    return isOnEntity ? policy().scope(actor, permission).kind !== 'none' : policy().check(actor, permission).allow
  }

  /** Entries of the navigation whose words begin with what was typed; all that are always in sight where nothing was. */
  function going(actor: Actor, words: readonly string[]): PaletteOption[] {
    const fitting = contributions.nav.filter(({ spec }) => {
      if (words.length === 0) return spec.group === undefined || spec.group === 'main'
      const own = foldedWords(`${spec.title} ${spec.words ?? ''}`)
      return words.every((word) => own.some((one) => one.startsWith(word)))
    })
    const allowed = fitting.filter(({ spec }) => mayFollow(actor, spec.permission))
    const wanted = words.map((text) => ({ text, prefix: true }))
    return allowed.slice(0, words.length === 0 ? perGroup : places).map(({ id, spec }) => ({
      id: domId('search-go', id),
      href: spec.href,
      icon: spec.icon,
      title: markAll(spec.title, wanted),
      what: spec.group === 'palette' ? 'Action' : 'Page',
      owner: null,
    }))
  }

  function untouched(actor: Actor): PaletteGroup[] {
    const { starred, visited, own } = service.close(actor, perGroup)
    const seen = new Set(starred.map(({ id }) => id))
    const fresh = (rows: readonly Candidate[]) => rows.filter(({ id }) => !seen.has(id) && seen.add(id))
    return [
      { id: 'starred', title: 'Starred', options: options('starred', starred, []) },
      { id: 'visited', title: 'Recent', options: options('visited', fresh(visited), []) },
      { id: 'own', title: 'Yours', options: options('own', fresh(own), []) },
      { id: 'go', title: 'Go to', options: going(actor, []) },
    ]
  }

  function found(actor: Actor, text: string): PaletteGroup[] {
    const answer = service.quick(actor, text, looked)
    const wanted = wantedOf(answer.query, answer.meant)
    const words = answer.query.terms.map((term) => term.text)
    const actions: PaletteGroup = { id: 'go', title: 'Go to', options: going(actor, words) }
    const rows = { id: 'found', title: 'Results', options: options('found', answer.rows.slice(0, results), wanted) }
    const [first] = answer.rows
    const whole = words.join(' ')
    // A page of that name comes before what only contains the word, and before what somebody may have meant.
    const isPage = actions.options.some(({ title }) => {
      return (
        whole.length > 2 &&
        foldedWords(title.map((one) => one.text).join(''))
          .join(' ')
          .startsWith(whole)
      )
    })
    const isExact = first !== undefined && (first.nameWords === whole || first.titleWords === whole)
    const isGuess = answer.isLoose || (first?.isNear ?? false)
    return isGuess || (isPage && !isExact) ? [actions, rows] : [rows, actions]
  }

  return {
    palette(actor, text) {
      const { typed } = parseQuery(text)
      const groups = (typed === '' ? untouched(actor) : found(actor, typed)).filter(({ options }) => options.length > 0)
      const number = groups.reduce((sum, { options }) => sum + options.length, 0)
      if (typed !== '') groups.push(everything(typed, number === 0))
      return {
        groups,
        said: typed === '' ? '' : capital(plural(number, 'suggestion')),
      }
    },
  }
}

function everything(typed: string, isOnly: boolean): PaletteGroup {
  const option = {
    id: 'search-everything',
    href: `/search?${new URLSearchParams({ query: typed })}`,
    icon: 'search',
    title: [{ text: `All results for “${typed}”`, marked: false }],
    what: '',
    owner: null,
  }
  return { id: 'everything', title: isOnly ? 'Nothing was found' : 'Search', options: [option] }
}
