import { posix } from 'node:path'
import { globs } from '../../../platform/source/globs.ts'
import type { Fact } from './fact.ts'
import { legalName } from './names.ts'

export const codeownersPlaces = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS']

/** Somebody who is named as an owner. */
export interface Owner {
  kind: 'Group' | 'User'
  name: string
  title?: string | undefined
  email?: string | undefined
}

/** Whom a rule names, and how. */
export interface NamedOwner {
  /** `@acme/payments`, or an address. */
  written: string
  owner: Owner
}

/** A rule that names owners. */
export interface OwnersRule {
  pattern: string
  /** From 1. */
  line: number
  owners: readonly NamedOwner[]
  /** Holds for every file. */
  isRoot: boolean
}

interface Rule extends OwnersRule {
  matches(path: string): boolean
  /** Tied to a place, so that it is meant where it names a file. */
  isTied: boolean
  owner: Fact<Owner> | undefined
}

const most = 3000

/** Who owns what, by a CODEOWNERS file. Lines that make no sense are passed over, as the forges do. */
export interface Codeowners {
  /** By the last rule that holds for everything. */
  root: Fact<Owner> | undefined
  /** By the last rule that holds for a folder. */
  of(folder: string): Fact<Owner> | undefined
  /** The last rule that holds for the folder of a file, or names the file by its place. */
  at(path: string): OwnersRule | undefined
}

export const isCodeowners = (path: string): boolean => codeownersPlaces.includes(path)

export function readCodeowners(text: string, file: string): Codeowners {
  const rules = text
    .slice(0, 1_000_000)
    .split(/\r?\n/)
    .slice(0, most)
    .flatMap((line, index) => ruleOf(line, file, index + 1))
    .reverse()
  return {
    root: rules.find(({ isRoot }) => isRoot)?.owner,
    of: (folder) => rules.find(({ isRoot, matches }) => isRoot || matches(`${folder}/x`))?.owner,
    at(path) {
      const beside = posix.join(posix.dirname(path), 'x')
      const found = rules.find(({ isRoot, isTied, matches }) => isRoot || matches(beside) || (isTied && matches(path)))
      return found && found.owners.length > 0 ? found : undefined
    },
  }
}

function ruleOf(line: string, file: string, number: number): Rule[] {
  const clean = line.replace(/(^|\s)#.*$/, '').trim()
  if (clean === '' || /^\^?\[/.test(clean) || clean.length > 2000) return []
  const [pattern = '', ...words] = clean.split(/\s+/)
  const matches = matcherOf(pattern)
  if (!matches) return []
  const owners = words.flatMap((written): NamedOwner[] => {
    const owner = ownerOf(written)
    return owner ? [{ written, owner }] : []
  })
  // Words of which none is an owner make no rule; no words at all take the owner away.
  if (words.length > 0 && owners.length === 0) return []
  const { owner } = owners.find(({ owner }) => owner.kind === 'Group') ?? owners[0] ?? {}
  const rule = `owner of ${pattern.slice(0, 60)}`
  const isRoot = /^(\*|\/?\*\*|\/|\/\*|\/\*\*|\*\*\/\*|\/\*\*\/\*)$/.test(pattern)
  const isTied = /\/./.test(pattern) && !pattern.startsWith('**/')
  const fact = owner && { value: owner, file, line: number, rule }
  return [{ pattern, line: number, owners, matches, isRoot, isTied, owner: fact }]
}

/** `@org/team` is a group, `@person` and an address are people. */
function ownerOf(word: string): Owner | undefined {
  const team = /^@[\w.-]+(?:\/[\w.-]+)*\/([\w.-]+)$/.exec(word)?.[1]
  const person = /^@([\w.-]+)$/.exec(word)?.[1]
  const email = /^([\w.+-]{1,64})@[\w-]+(?:\.[\w-]+)+$/.test(word) ? word : undefined
  const name = legalName(team ?? person ?? email?.split('@')[0] ?? '')
  if (name === undefined) return undefined
  return { kind: team === undefined ? 'User' : 'Group', name: name.toLowerCase(), ...(email && { email }) }
}

/** As in .gitignore: a slash at the beginning or inside ties a pattern to the root, and a folder means all below it. */
function matcherOf(pattern: string): ((path: string) => boolean) | undefined {
  const isTied = /\/./.test(pattern)
  const bare = pattern.replace(/^\//, '').replace(/\/$/, '')
  if (bare === '') return () => true
  if (bare.startsWith('!')) return undefined
  const start = isTied || bare.startsWith('**') ? bare : `**/${bare}`
  try {
    return globs(/\*$/.test(bare) ? [start] : [start, `${start}/**`])
  } catch {
    return undefined // Too many wildcards.
  }
}
