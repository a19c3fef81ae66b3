/** The number of the line, from 1, on which a match begins; undefined where nothing matches. */
export function lineOf(text: string, pattern: RegExp): number | undefined {
  const index = text.search(pattern)
  return index < 0 ? undefined : lineAt(text, index)
}

export function lineAt(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line++
  return line
}

const mostDepth = 4

/**
 * The lines of the keys of a JSON document down to the fourth level, by their path joined with a line feed. It trusts
 * the text to be JSON, and goes through it once, however deep it is.
 */
export function jsonLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  const path: (string | number)[] = []
  const isList: boolean[] = []
  let line = 1
  let last: string | undefined
  const pattern = /"(?:[^"\\\n]|\\.)*"|[{}[\],:\n]/g
  for (const [token] of text.matchAll(pattern)) {
    if (token === '\n') line++
    else if (token === '{' || token === '[') {
      isList.push(token === '[')
      path.push(token === '[' ? 0 : '')
      last = undefined
    } else if (token === '}' || token === ']') {
      isList.pop()
      path.pop()
    } else if (token === ',') {
      const at = path.length - 1
      if (isList[at]) path[at] = Number(path[at]) + 1
    } else if (token === ':') {
      if (last === undefined || path.length > mostDepth) continue
      path[path.length - 1] = last
      lines.set(path.join('\n'), line)
    } else if (path.length <= mostDepth) last = unquoted(token)
  }
  return lines
}

function unquoted(token: string): string {
  try {
    return String(JSON.parse(token))
  } catch {
    return token.slice(1, -1)
  }
}

/** The line of a key of a TOML table (`project`, `name`), or that of the table. */
export function tomlLines(text: string): (table: string, key?: string) => number | undefined {
  const lines = new Map<string, number>()
  const put = (id: string, line: number) => void (lines.has(id) || lines.set(id, line))
  let table = ''
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^[ \t]*\[{1,2}([^\]]+)\]/.exec(line)?.[1]
    if (header !== undefined) {
      table = header.replace(/["'\s]/g, '')
      put(table, index + 1)
      continue
    }
    const name = /^[ \t]*["']?([\w.-]+)["']?[ \t]*=/.exec(line)?.[1]
    if (name === undefined) continue
    put(`${table}\n${name}`, index + 1)
    put(`${table}\n${name.split('.')[0]}`, index + 1)
  }
  return (table, key) => lines.get(key === undefined ? table : `${table}\n${key}`)
}
