import type { Fact } from '../fact.ts'
import { lineOf } from '../lines.ts'
import { firstOf, inFolder, type ManifestPlace, type ManifestReader, tagsOf } from '../manifest.ts'

const services = [
  'github.com/gin-gonic/gin',
  'github.com/labstack/echo',
  'github.com/go-chi/chi',
  'github.com/gofiber/fiber',
  'github.com/gorilla/mux',
  'google.golang.org/grpc',
  'connectrpc.com/connect',
]
const commands = ['github.com/spf13/cobra', 'github.com/urfave/cli', 'github.com/alecthomas/kong']
const tags = {
  'github.com/gin-gonic/gin': 'gin',
  'github.com/labstack/echo': 'echo',
  'github.com/go-chi/chi': 'chi',
  'github.com/gofiber/fiber': 'fiber',
  'google.golang.org/grpc': 'grpc',
  'github.com/spf13/cobra': 'cobra',
}

export const go: ManifestReader = {
  isManifest: (name) => name === 'go.mod' || name === 'go.work',
  async read(text, { file, folder, files }) {
    if (file.endsWith('go.work')) return { ...nothing(file), workspaces: usedIn(text), isPackage: false }
    const path = /^[ \t]*module[ \t]+"?([^\s"]+)"?/m.exec(text)?.[1]
    if (path === undefined) return undefined
    const line = lineOf(text, /^[ \t]*module\s/m)
    const needs = requirements(text, file)
    const found = new Map(needs.map(({ value, line }) => [unversioned(value), line]))
    const major = /\/v(\d+)$/.exec(path)?.[1]
    return {
      ...nothing(file),
      name: { value: unversioned(path).split('/').at(-1) ?? path, file, line, rule: 'last part of the module path' },
      ...(major && { version: { value: `${major}.0.0`, file, line, rule: 'major version in the module path' } }),
      type: await typeOf(found, { file, folder, files }),
      tags: tagsOf(found, tags, file),
      identities: [`go:${path}`],
      dependencies: needs.map((need) => ({ ...need, value: `go:${need.value}` })),
    }
  },
}

const nothing = (file: string) => ({
  file,
  languages: ['go'],
  tags: [],
  identities: [],
  dependencies: [],
  workspaces: [],
  isPackage: true,
})

const unversioned = (path: string) => path.replace(/\/v\d+$/, '')

function requirements(text: string, file: string): Fact[] {
  const found: Fact[] = []
  let block = ''
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/\/\/.*/, '').trim()
    const opened = /^(\w+)\s*\($/.exec(line)?.[1]
    if (opened) block = opened
    else if (line === ')') block = ''
    else {
      const name = block === 'require' ? /^(\S+)\s+v/.exec(line)?.[1] : /^require\s+(\S+)\s+v/.exec(line)?.[1]
      if (name) found.push({ value: name, file, line: index + 1, rule: `required module ${name}` })
    }
  }
  return found
}

async function typeOf(
  found: ReadonlyMap<string, number | undefined>,
  { file, folder, files }: ManifestPlace,
): Promise<Fact> {
  const rule = (name: string) => `required module ${name}`
  const programs = files.entries
    .map(({ path }) => path)
    .filter((path) => path === inFolder(folder, 'main.go') || isCommand(path, folder))
    .slice(0, 20)
  const [program] = programs
  if (program === undefined) return { value: 'library', file, line: 1, rule: 'a module without a program' }
  const service = firstOf(found, services, { value: 'service', file, rule })
  if (service) return service
  const command = firstOf(found, commands, { value: 'cli', file, rule })
  if (command) return command
  for (const path of programs) {
    const line = lineOf((await files.text(path)) ?? '', /\bListenAndServe(TLS)?\(/)
    if (line !== undefined) return { value: 'service', file: path, line, rule: 'the program serves HTTP' }
  }
  const main = lineOf((await files.text(program)) ?? '', /^package main\b/m)
  return { value: 'cli', file: program, line: main, rule: 'a program that serves nothing' }
}

function isCommand(path: string, folder: string): boolean {
  const inside = folder === '' ? path : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : ''
  return /^cmd\/(?:[^/]+\/)?main\.go$/.test(inside)
}

function usedIn(text: string): string[] {
  const block = /^use\s*\(([^)]*)\)/m.exec(text)?.[1] ?? ''
  const one = Array.from(text.matchAll(/^use\s+([^\s(]+)/gm), ([, path = '']) => path)
  return [...block.split('\n').map((line) => line.replace(/\/\/.*/, '').trim()), ...one].filter(Boolean)
}
