/** An element of a build file. */
export interface XmlElement {
  name: string
  attributes: Readonly<Record<string, string>>
  /** What stands directly in it, trimmed. */
  text: string
  line: number
  children: XmlElement[]
}

const most = { elements: 20_000, depth: 60 }
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Reads the elements of an XML file as far as build files need it. Of entities only the five that XML has itself are
 * known, a document type is passed over, nothing is fetched.
 *
 * @returns undefined for what is no XML, or too large or deep
 */
export function readXml(text: string): XmlElement | undefined {
  const root: XmlElement = { name: '', attributes: {}, text: '', line: 0, children: [] }
  const open = [root]
  let [count, line, at] = [0, 1, 0]
  while (at < text.length) {
    const end = endOf(text, at)
    const parent = open.at(-1)
    if (end < 0 || !parent) return undefined
    const token = text.slice(at, end)
    if (token.startsWith('<![CDATA[')) parent.text += token.slice(9, -3)
    else if (!token.startsWith('<')) parent.text += decoded(token).trim()
    else if (token.startsWith('</')) {
      if (open.length === 1) return undefined
      open.pop()
    } else if (!/^<[!?]/.test(token)) {
      if (++count > most.elements || open.length > most.depth) return undefined
      const element = elementOf(token, line)
      parent.children.push(element)
      if (!token.endsWith('/>')) open.push(element)
    }
    for (let index = token.indexOf('\n'); index >= 0; index = token.indexOf('\n', index + 1)) line++
    at = end
  }
  return open.length === 1 ? root.children[0] : undefined
}

/** Where the piece that begins here ends: a comment, a tag, or text up to the next of these. */
function endOf(text: string, at: number): number {
  const until = (mark: string) => {
    const index = text.indexOf(mark, at)
    return index < 0 ? -1 : index + mark.length
  }
  if (text[at] !== '<') return text.indexOf('<', at) < 0 ? text.length : text.indexOf('<', at)
  if (text.startsWith('<!--', at)) return until('-->')
  if (text.startsWith('<![CDATA[', at)) return until(']]>')
  return until('>')
}

export function childrenOf(element: XmlElement | undefined, ...names: string[]): XmlElement[] {
  let found = element ? [element] : []
  for (const name of names) found = found.flatMap(({ children }) => children.filter((one) => one.name === name))
  return found
}

function elementOf(tag: string, line: number): XmlElement {
  const name = /^<([^\s/>]+)/.exec(tag)?.[1] ?? ''
  const attributes = Object.fromEntries(
    Array.from(tag.matchAll(/\s([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g), ([, key = '', double, single]) => [
      key,
      decoded(double ?? single ?? ''),
    ]),
  )
  return { name: name.replace(/^[\w.-]+:/, ''), attributes, text: '', line, children: [] }
}

function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name] ?? '')
}
