import type { Fact } from '../fact.ts'
import { lineOf, tomlLines } from '../lines.ts'
import {
  firstOf,
  inFolder,
  type Manifest,
  type ManifestPlace,
  type ManifestReader,
  recordOf,
  tagsOf,
  textOf,
  textsOf,
} from '../manifest.ts'
import { readToml } from './toml.ts'

const services = ['fastapi', 'flask', 'django', 'starlette', 'aiohttp', 'tornado', 'sanic', 'litestar', 'falcon']
const tags = Object.fromEntries(['fastapi', 'flask', 'django', 'starlette', 'streamlit', 'celery'].map((n) => [n, n]))

export const python: ManifestReader = {
  isManifest: (name) => ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt'].includes(name),
  async read(text, at) {
    const { file, folder, files } = at
    const listed = requirementsIn((await files.text(inFolder(folder, 'requirements.txt'))) ?? '', folder)
    // Of several files in one folder the first of these speaks for all.
    const better = ['pyproject.toml', 'setup.cfg', 'setup.py'].find((name) => files.has(inFolder(folder, name)))
    if (better !== undefined && file !== inFolder(folder, better)) return undefined
    if (better === 'pyproject.toml') return fromProject(text, at, listed)
    const name = /^[ \t]*name[ \t]*=[ \t]*["']?([\w.-]+)["']?/m.exec(better === undefined ? '' : text)?.[1]
    const line = lineOf(text, /^[ \t]*name[ \t]*=/m)
    return manifest({ file, needs: listed, ...(name && { name: { value: name, file, line, rule } }) })
  },
}

const rule = 'name of the package'

async function fromProject(text: string, { file }: ManifestPlace, listed: readonly Fact[]) {
  const toml = await readToml(text)
  if (!toml) return undefined
  const line = tomlLines(text)
  const lines = text.split('\n')
  const project = recordOf(toml.project)
  const poetry = recordOf(recordOf(toml.tool).poetry)
  const said = (key: string, rule: string): Fact | undefined => {
    for (const [table, of] of [
      ['project', project],
      ['tool.poetry', poetry],
    ] as const) {
      const value = textOf(of[key])
      if (value !== undefined) return { value, file, line: line(table, key), rule }
    }
    return undefined
  }
  const written = [
    ...textsOf(project.dependencies),
    ...Object.values(recordOf(project['optional-dependencies'])).flatMap(textsOf),
  ]
  const needs = [...written, ...Object.keys(recordOf(poetry.dependencies))]
    .slice(0, 1000)
    .flatMap((entry) => need(entry, file, lineNaming(lines, entry)))
  const [table] = ['project.scripts', 'tool.poetry.scripts'].filter((name) => line(name) !== undefined)
  const home = Object.entries(recordOf(project.urls)).find(([key]) => /^home-?page$/i.test(key))
  return manifest({
    file,
    needs: [...needs, ...listed],
    name: said('name', rule),
    description: said('description', 'description of the package'),
    version: said('version', 'version of the package'),
    ...(home &&
      textOf(home[1]) && {
        homepage: {
          value: String(home[1]),
          file,
          line: lineNaming(lines, String(home[1])),
          rule: 'home page of the package',
        },
      }),
    ...(table && { scripts: { value: 'cli', file, line: line(table), rule: 'the package has a program' } }),
    workspaces: textsOf(recordOf(recordOf(recordOf(toml.tool).uv).workspace).members),
  })
}

interface Parts extends Partial<Pick<Manifest, 'name' | 'description' | 'version' | 'homepage' | 'workspaces'>> {
  file: string
  needs: readonly Fact[]
  scripts?: Fact
}

function manifest({ file, needs, scripts, workspaces = [], ...facts }: Parts): Manifest {
  const found = new Map(needs.map(({ value, line }) => [value, line]))
  const where = (name: string) => needs.find(({ value }) => value === name)?.file ?? file
  const service = services.find((name) => found.has(name))
  const library = facts.name && {
    value: 'library',
    file,
    line: facts.name.line,
    rule: 'a package that can be imported',
  }
  return {
    ...facts,
    file,
    languages: ['python'],
    type:
      firstOf(found, services, {
        value: 'service',
        file: where(service ?? ''),
        rule: (name) => `dependency ${name}`,
      }) ??
      scripts ??
      library,
    tags: tagsOf(found, tags, file).map((tag) => ({ ...tag, file: where(tag.value) })),
    identities: facts.name ? [`pypi:${normal(facts.name.value)}`] : [],
    dependencies: needs.map((need) => ({ ...need, value: `pypi:${need.value}` })),
    workspaces,
    isPackage: facts.name !== undefined || workspaces.length === 0,
  }
}

function requirementsIn(text: string, folder: string): Fact[] {
  const file = inFolder(folder, 'requirements.txt')
  return text.split('\n').flatMap((line, index) => (/^\s*[#-]/.test(line) ? [] : need(line, file, index + 1)))
}

function need(entry: string, file: string, line: number | undefined): Fact[] {
  const name = /^\s*([A-Za-z0-9][\w.-]*)/.exec(entry)?.[1]
  return name === undefined ? [] : [{ value: normal(name), file, line, rule: `dependency ${name}` }]
}

function lineNaming(lines: readonly string[], entry: string): number | undefined {
  const index = lines.findIndex((line) => line.includes(entry))
  return index < 0 ? undefined : index + 1
}

const normal = (name: string) => name.toLowerCase().replace(/[-_.]+/g, '-')
