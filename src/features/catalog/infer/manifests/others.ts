import type { Fact } from '../fact.ts'
import { jsonLines, lineAt, lineOf } from '../lines.ts'
import { firstOf, inFolder, type ManifestReader, recordOf, tagsOf, textOf } from '../manifest.ts'
import { childrenOf, readXml } from '../xml.ts'

/** Ruby: a gem by its gemspec, an application by its Gemfile. */
export const ruby: ManifestReader = {
  isManifest: (name) => name === 'Gemfile' || name.endsWith('.gemspec'),
  async read(text, { file, folder, files }) {
    const isGem = file.endsWith('.gemspec')
    const hasGemspec = files.entries.some(({ path }) => /^[^/]+\.gemspec$/.test(within(path, folder)))
    if (!isGem && hasGemspec) return undefined
    const said = (key: string, rule: string) =>
      quoted(text, new RegExp(`\\.${key}\\s*=\\s*["']([^"']+)["']`), file, rule)
    const needs = all(
      text,
      /^[ \t]*(?:gem|\w{1,40}\.add_(?:runtime_|development_)?dependency)[ \t(]+["']([\w.-]+)["']/gm,
      file,
    )
    const found = linesOf(needs)
    const name = isGem ? said('name', 'name of the gem') : undefined
    const program = isGem ? lineOf(text, /\.executables\s*(=|<<)/) : undefined
    const cli = program === undefined ? undefined : { value: 'cli', file, line: program, rule: 'the gem has a program' }
    const library = name && { value: 'library', file, line: name.line, rule: 'a gem that can be required' }
    const web = ['rails', 'sinatra', 'hanami', 'roda', 'grape']
    return {
      file,
      languages: ['ruby'],
      name,
      description: isGem ? said('summary', 'summary of the gem') : undefined,
      version: isGem ? said('version', 'version of the gem') : undefined,
      homepage: isGem ? said('homepage', 'home page of the gem') : undefined,
      type: (isGem ? undefined : firstOf(found, web, service(file))) ?? cli ?? library,
      tags: tagsOf(found, { rails: 'rails', sinatra: 'sinatra', hanami: 'hanami' }, file),
      identities: name ? [`gem:${name.value}`] : [],
      dependencies: needs.map((need) => ({ ...need, value: `gem:${need.value}` })),
      workspaces: [],
      isPackage: true,
    }
  },
}

/** PHP. */
export const composer: ManifestReader = {
  isManifest: (name) => name === 'composer.json',
  read(text, { file }) {
    const json = parsed(text)
    if (!json) return undefined
    const lines = jsonLines(text)
    const said = (key: string, rule: string): Fact | undefined => {
      const value = textOf(json[key])
      return value === undefined ? undefined : { value, file, line: lines.get(key), rule }
    }
    const name = said('name', 'name of the package')
    const needs = ['require', 'require-dev'].flatMap((group) =>
      Object.keys(recordOf(json[group])).map((one) => ({
        value: one,
        file,
        line: lines.get(`${group}\n${one}`),
        rule: `dependency ${one}`,
      })),
    )
    const found = linesOf(needs)
    const web = [
      'laravel/framework',
      'symfony/framework-bundle',
      'slim/slim',
      'cakephp/cakephp',
      'laravel/lumen-framework',
    ]
    const bin =
      json.bin === undefined
        ? undefined
        : { value: 'cli', file, line: lines.get('bin'), rule: 'the package has a program' }
    const library =
      json.type === 'project'
        ? undefined
        : name && { ...name, value: 'library', rule: 'a package that can be required' }
    return {
      file,
      languages: ['php'],
      name: name && { ...name, value: name.value.split('/').at(-1) ?? name.value },
      description: said('description', 'description of the package'),
      version: said('version', 'version of the package'),
      homepage: said('homepage', 'home page of the package'),
      type: firstOf(found, web, service(file)) ?? bin ?? library,
      tags: tagsOf(
        found,
        { 'laravel/framework': 'laravel', 'symfony/framework-bundle': 'symfony', 'slim/slim': 'slim' },
        file,
      ),
      identities: name ? [`composer:${name.value}`] : [],
      dependencies: needs.map((need) => ({ ...need, value: `composer:${need.value}` })),
      workspaces: [],
      isPackage: true,
    }
  },
}

/** .NET. */
export const dotnet: ManifestReader = {
  isManifest: (name) => /\.(cs|fs|vb)proj$/.test(name),
  read(text, { file }) {
    const root = readXml(text)
    if (root?.name !== 'Project') return undefined
    const said = (key: string, rule: string): Fact | undefined => {
      const [found] = childrenOf(root, 'PropertyGroup', key)
      return found && found.text !== '' && !found.text.includes('$(')
        ? { value: found.text, file, line: found.line, rule }
        : undefined
    }
    const base = baseOf(file).replace(/\.\w+$/, '')
    const name = said('PackageId', 'id of the package') ?? said('AssemblyName', 'name of the assembly')
    const own = name ?? { value: base, file, rule: 'name of the project file' }
    const sdk = root.attributes.Sdk ?? ''
    const output = said('OutputType', 'kind of program')
    const packages = childrenOf(root, 'ItemGroup', 'PackageReference').map(({ attributes, line }) => ({
      value: attributes.Include ?? '',
      line,
    }))
    const projects = childrenOf(root, 'ItemGroup', 'ProjectReference').map(({ attributes, line }) => ({
      value: baseOf((attributes.Include ?? '').replaceAll('\\', '/')).replace(/\.\w+$/, ''),
      line,
    }))
    const kinds: Readonly<Record<string, string>> = {
      'Microsoft.NET.Sdk.Web': 'service',
      'Microsoft.NET.Sdk.Worker': 'service',
      'Microsoft.NET.Sdk.BlazorWebAssembly': 'website',
    }
    const kind = kinds[sdk]
    const isProgram = output !== undefined && /^(win)?exe$/i.test(output.value)
    return {
      file,
      languages: ['csharp', 'fsharp'],
      name: own,
      description: said('Description', 'description of the package'),
      version: said('Version', 'version of the package') ?? said('VersionPrefix', 'version of the package'),
      type: kind
        ? { value: kind, file, line: root.line, rule: `project of ${sdk}` }
        : isProgram
          ? { ...output, value: 'cli' }
          : { value: 'library', file, line: root.line, rule: 'a project without a program' },
      tags: kind === 'service' ? [{ value: 'aspnetcore', file, line: root.line, rule: `project of ${sdk}` }] : [],
      identities: [`nuget:${own.value.toLowerCase()}`],
      dependencies: [...packages, ...projects].flatMap(({ value, line }) =>
        value === '' ? [] : [{ value: `nuget:${value.toLowerCase()}`, file, line, rule: `reference to ${value}` }],
      ),
      workspaces: [],
      isPackage: true,
    }
  },
}

/** Elixir. */
export const mix: ManifestReader = {
  isManifest: (name) => name === 'mix.exs',
  read(text, { file }) {
    const name = quoted(text, /\bapp:\s*:(\w+)/, file, 'name of the application')
    if (!name) return undefined
    const needs = all(text, /^[ \t]*\{[ \t]*:(\w+)[ \t]*,/gm, file)
    const found = linesOf(needs)
    const escript = lineOf(text, /\bescript:/)
    const runs = lineOf(text, /^[ \t]*mod:\s*\{/m)
    return {
      file,
      languages: ['elixir', 'erlang'],
      name,
      description: quoted(text, /\bdescription:\s*"([^"]+)"/, file, 'description of the application'),
      version: quoted(text, /\bversion:\s*"([^"]+)"/, file, 'version of the application'),
      type:
        firstOf(found, ['phoenix', 'plug_cowboy', 'bandit'], service(file)) ??
        (escript === undefined
          ? undefined
          : { value: 'cli', file, line: escript, rule: 'the application is a script' }) ??
        (runs === undefined
          ? { ...name, value: 'library', rule: 'an application that starts nothing' }
          : { value: 'service', file, line: runs, rule: 'the application starts processes' }),
      tags: tagsOf(found, { phoenix: 'phoenix', ecto: 'ecto' }, file),
      identities: [`hex:${name.value}`],
      dependencies: needs.map((need) => ({ ...need, value: `hex:${need.value}` })),
      workspaces: [],
      isPackage: true,
    }
  },
}

const service = (file: string) => ({ value: 'service', file, rule: (name: string) => `dependency ${name}` })
const baseOf = (path: string) => path.split('/').at(-1) ?? path
const linesOf = (needs: readonly Fact[]) => new Map(needs.map(({ value, line }) => [value, line]))

function within(path: string, folder: string): string {
  const start = inFolder(folder, '')
  return path.startsWith(start) ? path.slice(start.length) : path
}

function quoted(text: string, pattern: RegExp, file: string, rule: string): Fact | undefined {
  const value = pattern.exec(text)?.[1]
  return value === undefined ? undefined : { value, file, line: lineOf(text, pattern), rule }
}

/** Every match of a pattern that begins its lines with white space. */
function all(text: string, pattern: RegExp, file: string): Fact[] {
  return [...text.matchAll(pattern)].slice(0, 1000).map((match) => {
    const value = match[1] ?? ''
    const line = lineAt(text, match.index)
    return { value, file, line, rule: `dependency ${value}` }
  })
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return recordOf(JSON.parse(text))
  } catch {
    return undefined // What is no JSON says nothing.
  }
}
