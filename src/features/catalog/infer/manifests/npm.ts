import type { Fact } from '../fact.ts'
import { jsonLines } from '../lines.ts'
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

const websites = ['next', 'nuxt', 'astro', 'gatsby', '@remix-run/react', '@sveltejs/kit', '@angular/core', 'react-dom']
const views = ['react', 'vue', 'svelte', 'solid-js', 'vite']
const services = ['express', 'fastify', '@nestjs/core', 'koa', '@hapi/hapi', 'hono', '@apollo/server', 'restify']
const tags = {
  next: 'nextjs',
  nuxt: 'nuxt',
  astro: 'astro',
  gatsby: 'gatsby',
  '@sveltejs/kit': 'sveltekit',
  '@angular/core': 'angular',
  react: 'react',
  vue: 'vue',
  svelte: 'svelte',
  express: 'express',
  fastify: 'fastify',
  '@nestjs/core': 'nestjs',
  koa: 'koa',
  hono: 'hono',
}

const groups: Readonly<Record<string, string>> = {
  dependencies: 'dependency',
  devDependencies: 'development dependency',
  peerDependencies: 'peer dependency',
  optionalDependencies: 'optional dependency',
}

export const npm: ManifestReader = {
  isManifest: (name) => name === 'package.json',
  async read(text, { file, folder, files }) {
    const json = parsed(text)
    if (!json) return undefined
    const lines = jsonLines(text)
    const line = (...path: string[]) => lines.get(path.join('\n'))
    const said = (key: string, rule: string): Fact | undefined => {
      const value = textOf(json[key])
      return value === undefined ? undefined : { value, file, line: line(key), rule }
    }
    const name = said('name', 'name of the package')
    const needs = dependenciesOf(json, file, line)
    return {
      file,
      languages: ['typescript', 'javascript', 'vue', 'svelte'],
      name,
      title: said('displayName', 'display name of the package') ?? said('productName', 'display name of the package'),
      description: said('description', 'description of the package'),
      version: said('version', 'version of the package'),
      type: typeOf(json, file, line, needs),
      tags: tagsOf(linesOf(needs, ['dependencies', 'devDependencies', 'peerDependencies']), tags, file),
      homepage: said('homepage', 'home page of the package'),
      identities: name ? [`npm:${name.value}`] : [],
      dependencies: needs.map(({ fact }) => ({ ...fact, value: `npm:${fact.value}` })),
      workspaces: await workspacesOf(json, folder, files),
      isPackage: true,
    } satisfies Manifest
  },
}

interface Need {
  group: string
  fact: Fact
}

type LineOfKey = (...path: string[]) => number | undefined

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? recordOf(value) : undefined
  } catch {
    return undefined // What is no JSON says nothing; npm tells its people.
  }
}

function dependenciesOf(json: Record<string, unknown>, file: string, line: LineOfKey): Need[] {
  return Object.entries(groups).flatMap(([group, word]) =>
    Object.keys(recordOf(json[group])).map((name) => ({
      group,
      fact: { value: name, file, line: line(group, name), rule: `${word} ${name}` },
    })),
  )
}

function linesOf(needs: readonly Need[], only: readonly string[]): Map<string, number | undefined> {
  return new Map(needs.filter(({ group }) => only.includes(group)).map(({ fact }) => [fact.value, fact.line]))
}

function typeOf(json: Record<string, unknown>, file: string, line: LineOfKey, needs: Need[]): Fact | undefined {
  const runs = linesOf(needs, ['dependencies'])
  const builds = linesOf(needs, ['dependencies', 'devDependencies'])
  const rule = (name: string) => `dependency ${name}`
  const at = (value: string, key: string, rule: string): Fact => ({ value, file, line: line(key), rule })
  const exported = ['exports', 'main', 'module', 'types'].find((key) => json[key] !== undefined)
  const isApplication = json.private === true && exported === undefined
  const start = line('scripts', 'start')
  return (
    firstOf(builds, websites.slice(0, -1), { value: 'website', file, rule }) ??
    firstOf(runs, services, { value: 'service', file, rule }) ??
    (json.bin === undefined ? undefined : at('cli', 'bin', 'the package has a program')) ??
    firstOf(runs, isApplication ? websites : [], { value: 'website', file, rule }) ??
    firstOf(builds, isApplication ? views : [], { value: 'website', file, rule }) ??
    (exported === undefined ? undefined : at('library', exported, 'the package can be imported')) ??
    (start === undefined ? undefined : { value: 'service', file, line: start, rule: 'a script starts it' }) ??
    (json.private === true || textOf(json.name) === undefined
      ? undefined
      : at('library', 'name', 'a package that may be published'))
  )
}

async function workspacesOf(
  { workspaces }: Record<string, unknown>,
  folder: string,
  files: ManifestPlace['files'],
): Promise<string[]> {
  const own = textsOf(Array.isArray(workspaces) ? workspaces : recordOf(workspaces).packages)
  const text = await files.text(inFolder(folder, 'pnpm-workspace.yaml'))
  if (text === undefined) return own
  const { load } = await import('js-yaml')
  try {
    return [...own, ...textsOf(recordOf(load(text)).packages)]
  } catch {
    return own // What is no YAML names no packages.
  }
}
