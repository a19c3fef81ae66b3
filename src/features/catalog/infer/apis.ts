import { isAside } from './aside.ts'
import { type Fact, plain } from './fact.ts'
import { jsonLines, lineOf } from './lines.ts'
import { recordOf, textOf } from './manifest.ts'
import type { RepositoryFiles } from './repository-files.ts'

/** A definition of an API that lies in a repository. */
export interface FoundApi {
  file: string
  type: Fact
  title?: Fact | undefined
  description?: Fact | undefined
}

const most = { looked: 60, found: 40 }
const described = /(^|[/._-])(openapi|swagger|asyncapi|api|apis|oas)([._/-]|$)/i

/** OpenAPI, AsyncAPI, GraphQL schemas and proto files with services. */
export async function apisOf(files: RepositoryFiles): Promise<FoundApi[]> {
  const candidates = files.entries
    .map(({ path }) => path)
    .filter((path) => !isAside(path) && isCandidate(path))
    .slice(0, most.looked)
  const found: FoundApi[] = []
  for (const file of candidates) {
    if (found.length >= most.found) break
    const text = await files.text(file)
    const api = text === undefined ? undefined : readApi(text, file)
    if (api) found.push(api)
  }
  return found
}

/** Whether a file may define an API, by its name. */
export function isCandidate(path: string): boolean {
  return /\.(graphqls?|gql|proto)$/i.test(path) || (/\.(json|ya?ml)$/i.test(path) && described.test(path))
}

function readApi(text: string, file: string): FoundApi | undefined {
  if (/\.proto$/i.test(file)) {
    const line = lineOf(text, /^[ \t]*service[ \t]+\w+[ \t\r\n]*\{/m)
    return line === undefined
      ? undefined
      : { file, type: { value: 'grpc', file, line, rule: 'a proto file with a service' } }
  }
  if (/\.(graphqls?|gql)$/i.test(file)) {
    const line = lineOf(
      text,
      /^[ \t]*(?:schema\b[^{\n]{0,200}\{|(?:extend[ \t]+)?type[ \t]+(?:Query|Mutation|Subscription)\b)/m,
    )
    return line === undefined ? undefined : { file, type: { value: 'graphql', file, line, rule: 'a GraphQL schema' } }
  }
  return /\.json$/i.test(file) ? readJson(text, file) : readYaml(text, file)
}

function readJson(text: string, file: string): FoundApi | undefined {
  let json: Record<string, unknown>
  try {
    json = recordOf(JSON.parse(text))
  } catch {
    return undefined
  }
  const key = ['openapi', 'swagger', 'asyncapi'].find((one) => textOf(json[one]) !== undefined)
  if (key === undefined) return undefined
  const lines = jsonLines(text)
  const said = (name: string): Fact | undefined => {
    const value = textOf(recordOf(json.info)[name])
    return value === undefined
      ? undefined
      : { value: plain(value, 300), file, line: lines.get(`info\n${name}`), rule: `${name} of the API` }
  }
  return { file, type: typeOf(key, file, lines.get(key)), title: said('title'), description: said('description') }
}

/** The few lines that are needed are read as they stand: a large definition takes long to parse. */
function readYaml(text: string, file: string): FoundApi | undefined {
  const key = /^["']?(openapi|swagger|asyncapi)["']?\s*:\s*["']?\d/m.exec(text)?.[1]
  if (key === undefined) return undefined
  const lines = text.split(/\r?\n/).map((line) => line.slice(0, 1000))
  const start = lines.findIndex((line) => /^["']?info["']?\s*:\s*$/.test(line))
  const said = (name: string): Fact | undefined => {
    for (let at = start + 1; start >= 0 && /^(\s+\S|\s*$|\s*#)/.test(lines[at] ?? 'x'); at++) {
      const written = new RegExp(`^ {1,8}${name}\\s*:\\s*(.+?)\\s*$`).exec(lines[at] ?? '')?.[1]
      const value = written && plain(written.replace(/^(["'])(.*)\1$/, '$2'), 300)
      if (value && !/^[|>&*{[]/.test(value)) return { value, file, line: at + 1, rule: `${name} of the API` }
    }
    return undefined
  }
  const line = lineOf(text, /^["']?(openapi|swagger|asyncapi)["']?\s*:/m)
  return { file, type: typeOf(key, file, line), title: said('title'), description: said('description') }
}

function typeOf(key: string, file: string, line: number | undefined): Fact {
  const isAsync = key === 'asyncapi'
  return {
    value: isAsync ? 'asyncapi' : 'openapi',
    file,
    line,
    rule: isAsync ? 'an AsyncAPI definition' : 'an OpenAPI definition',
  }
}
