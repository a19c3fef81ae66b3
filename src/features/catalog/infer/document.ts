import { type Fact, placeOf, plain } from './fact.ts'
import { inferredAnnotation } from './mark.ts'

/** A line of a generated file, and what it follows from. */
export interface Line {
  text: string
  fact?: Fact<unknown> | undefined
}

export interface Envelope {
  kind: string
  name: Fact
  title?: Fact | undefined
  description?: Fact | undefined
  annotations?: readonly (readonly [string, Fact])[]
  tags?: readonly Fact[]
  links?: readonly { url: Fact; title: string }[]
  /** Fields of `spec`: one value, or a list. */
  spec: readonly (readonly [string, Fact | readonly Fact[] | { text: Fact }])[]
}

/** The lines of an entity, each with what it follows from. */
export function documentLines({
  kind,
  name,
  title,
  description,
  annotations = [],
  tags = [],
  links = [],
  spec,
}: Envelope): Line[] {
  const lines: Line[] = [
    { text: 'apiVersion: backstage.io/v1alpha1' },
    { text: `kind: ${kind}` },
    { text: 'metadata:' },
  ]
  const put = (text: string, fact?: Fact<unknown>) => lines.push({ text, fact })
  put(`  name: ${scalar(name.value)}`, name)
  if (title) put(`  title: ${scalar(title.value)}`, title)
  if (description) put(`  description: ${scalar(description.value)}`, description)
  put('  annotations:')
  put(`    ${inferredAnnotation}: "true"`)
  for (const [key, fact] of annotations) put(`    ${key}: ${scalar(fact.value)}`, fact)
  if (tags.length > 0) put('  tags:')
  for (const tag of tags) put(`    - ${scalar(tag.value)}`, tag)
  if (links.length > 0) put('  links:')
  for (const { url, title } of links) {
    put(`    - url: ${scalar(url.value)}`, url)
    put(`      title: ${scalar(title)}`)
  }
  put('spec:')
  for (const [key, value] of spec) {
    if ('text' in value) {
      put(`  ${key}:`)
      put(`    $text: ${scalar(value.text.value)}`, value.text)
    } else if ('rule' in value) put(`  ${key}: ${scalar(value.value)}`, value)
    else {
      put(value.length > 0 ? `  ${key}:` : `  ${key}: []`)
      for (const one of value) put(`    - ${scalar(one.value)}`, one)
    }
  }
  return lines
}

export interface Written {
  text: string
  /** Facts by their line in the text, from 1. */
  facts: ReadonlyMap<number, Fact<unknown>>
}

/** The text of a file, each fact with the reason behind it. */
export function write(documents: readonly (readonly Line[])[], head: readonly string[]): Written {
  const facts = new Map<number, Fact<unknown>>()
  const texts = head.map((line) => `# ${plain(line, 300)}`)
  for (const [index, document] of documents.entries()) {
    if (index > 0) texts.push('---')
    for (const { text, fact } of document) {
      if (fact) facts.set(texts.length + 1, fact)
      texts.push(fact ? `${text} # ${reasonOf(fact)}` : text)
    }
  }
  return { text: `${texts.join('\n')}\n`, facts }
}

/** `package.json:3, name of the package`. */
function reasonOf(fact: Fact<unknown>): string {
  return [placeOf(fact), plain(fact.rule, 200)].filter(Boolean).join(', ')
}

const reserved = new Set(['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n'])

/** Plain where no reader of YAML could take it for anything but text. */
function scalar(value: string): string {
  const text = plain(value, 1000)
  const isPlain = /^[a-z][a-z0-9 ,.()/_-]*$/i.test(text) && !text.endsWith(' ') && !reserved.has(text.toLowerCase())
  return isPlain ? text : JSON.stringify(text)
}
