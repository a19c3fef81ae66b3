import { posix } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { errorCodes } from './api/errors.ts'
import { runCommand } from './app/cli.ts'
import { AccessOptions, ProxyOptions, SessionOptions } from './features/access/config.ts'
import { GithubOptions } from './features/access/providers/github.ts'
import { ClientOptions, OidcOptions } from './features/access/providers/oidc.ts'
import { ProviderOptions } from './features/access/providers/options.ts'
import {
  GitlabOptions,
  GoogleOptions,
  KeycloakOptions,
  MicrosoftOptions,
  OktaOptions,
} from './features/access/providers/presets.ts'
import { AdminOptions, AuditOptions } from './features/admin/config.ts'
import { CatalogOptions } from './features/catalog/config.ts'
import { FolderOptions } from './features/catalog/providers/folder.ts'
import { GitOptions } from './features/catalog/providers/git.ts'
import { EmailOptions, NotificationOptions, WebhookOptions } from './features/notifications/config.ts'
import { LimitOptions } from './platform/http/limits.ts'
import { OutboundOptions } from './platform/http-client/options.ts'
import { ForgeOptions } from './platform/source/forges/options.ts'
import { checkout, filesBelow, readText } from './testing/checkout.ts'
import { type TestPortal, testPortal } from './testing/index.ts'

// What exists is described, and what is described exists. Names are read off the running portal where it knows them.

const pages = new Map(
  ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...filesBelow('docs')]
    .filter((path) => path.endsWith('.md'))
    .map((path) => [path, readText(path)]),
)
const docs = [...pages].filter(([path]) => path.startsWith('docs/')).map(([, text]) => text)

let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ files: {} })
})
afterAll(() => portal.close())

/** Names that no page shows as code, as it stands in a table or a sentence. */
function missing(names: Iterable<string>, texts: readonly string[]): string[] {
  return [...names].filter((name) => !texts.some((text) => mentions(text, name)))
}

function mentions(text: string, name: string): boolean {
  return new RegExp(`\`[^\`\\n]*(?<![\\w.])${name.replaceAll('.', '\\.')}(?![\\w.]*\\w)[^\`\\n]*\``).test(text)
}

/** Every word that stands in code within a sentence or table. */
function coded(text: string): Set<string> {
  const spans = Array.from(withoutBlocks(text).matchAll(/`([^`\n]+)`/g), ([, code]) => code ?? '')
  return new Set(spans.flatMap((code) => code.match(/\w+/g) ?? []))
}

/** The rows of the first table after a heading, each as its cells. */
function table(page: string, heading: string): string[][] {
  const text = pages.get(page) ?? ''
  const at = text.search(new RegExp(`^#+ ${heading}\\s*$`, 'm'))
  if (at === -1) throw new Error(`${page} has no heading "${heading}"`)
  const rows = /(?:^\|.*\n)+/m.exec(text.slice(at))?.[0].trim().split('\n') ?? []
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

const firstCells = (rows: string[][]) =>
  rows.flatMap(([cell]) => Array.from((cell ?? '').matchAll(/`(\w+)/g), ([, name]) => name ?? ''))

/** Names of the properties of an exported interface. */
function membersOf(file: string, name: string): string[] {
  const text = readText(file)
  const body = new RegExp(`^export interface ${name}(?:<[^{]*>)? \\{\\n([\\s\\S]*?)\\n\\}$`, 'm').exec(text)?.[1] ?? ''
  return Array.from(body.matchAll(/^ {2}(?:readonly )?(\w+)[?(<:]/gm), ([, member]) => member ?? '')
}

test('every option of the catalog and of its providers has its row, and every row its option', () => {
  expect(firstCells(table('docs/configuration.md', 'catalog')).sort()).toEqual(Object.keys(CatalogOptions.shape).sort())
  expect(firstCells(table('docs/configuration.md', 'folderProvider')).sort()).toEqual(
    Object.keys(FolderOptions.shape).sort(),
  )
  expect(firstCells(table('docs/configuration.md', 'gitProvider')).sort()).toEqual(Object.keys(GitOptions.shape).sort())
})

test('every option of the notifications has its row', () => {
  const rows = (heading: string) =>
    table('docs/configuration.md', heading).flatMap(([cell]) =>
      Array.from((cell ?? '').matchAll(/`(\w+)`/g), ([, name]) => name ?? ''),
    )
  expect(rows('notifications').sort()).toEqual(Object.keys(NotificationOptions.shape).sort())
  expect(rows('email').sort()).toEqual(Object.keys(EmailOptions.shape).sort())
  expect(rows('webhooks').sort()).toEqual(Object.keys(WebhookOptions.shape).sort())
})

test('every option of access has its row', () => {
  expect(firstCells(table('docs/configuration.md', 'access')).sort()).toEqual(Object.keys(AccessOptions.shape).sort())
  expect(firstCells(table('docs/configuration.md', 'proxy')).sort()).toEqual(Object.keys(ProxyOptions.shape).sort())
  expect(firstCells(table('docs/configuration.md', 'sessions')).sort()).toEqual(
    Object.keys(SessionOptions.shape).sort(),
  )
})

test('every option of admin has its row', () => {
  expect(firstCells(table('docs/configuration.md', 'admin')).sort()).toEqual(Object.keys(AdminOptions.shape).sort())
  expect(firstCells(table('docs/configuration.md', 'audit')).sort()).toEqual(Object.keys(AuditOptions.shape).sort())
})

test('every option of a provider of sign-in has its row: of all, of OpenID Connect, of each', () => {
  const page = 'docs/sign-in-providers.md'
  const names = (schema: { shape: object }) => Object.keys(schema.shape)
  const own = (schema: { shape: object }) => names(schema).filter((name) => !names(ClientOptions).includes(name))
  expect(firstCells(table(page, 'Options of all')).sort()).toEqual(names(ProviderOptions).sort())
  const ofOpenId = names(ClientOptions).filter((name) => !names(ProviderOptions).includes(name))
  expect(firstCells(table(page, 'Options of OpenID Connect')).sort()).toEqual(ofOpenId.sort())
  const each = {
    GitHub: GithubOptions,
    'Any other provider': OidcOptions,
    Google: GoogleOptions,
    GitLab: GitlabOptions,
  }
  const more = { 'Microsoft Entra': MicrosoftOptions, Keycloak: KeycloakOptions, Okta: OktaOptions }
  for (const [heading, schema] of Object.entries({ ...each, ...more })) {
    expect(firstCells(table(page, heading)).sort(), heading).toEqual(own(schema).sort())
  }
})

test('every option of portal.config.ts has its row', () => {
  const options = membersOf('src/api/config.ts', 'PortalConfig')
  expect(options).toContain('baseUrl')
  expect(firstCells(table('docs/configuration.md', 'The portal')).sort()).toEqual(options.sort())
})

test('every option of outbound and of a forge has its row', () => {
  expect(firstCells(table('docs/configuration.md', 'outbound')).sort()).toEqual(
    Object.keys(OutboundOptions.shape).sort(),
  )
  expect(firstCells(table('docs/configuration.md', 'forges')).sort()).toEqual(Object.keys(ForgeOptions.shape).sort())
})

test('every limit has its row', () => {
  expect(firstCells(table('docs/configuration.md', 'limits')).sort()).toEqual(Object.keys(LimitOptions.shape).sort())
})

describe('the controls of docs/security.md', () => {
  const controls: Control[] = JSON.parse(readText('scripts/controls.json'))

  test('are at least forty, each named once, and are those that npm run controls takes out', () => {
    const rows = cells(pages.get('docs/security.md') ?? '', /^C\d\d$/)
    expect(rows.length).toBeGreaterThanOrEqual(40)
    expect(rows).toEqual(controls.map(({ id, name, what, test, title }) => [id, name, what, `\`${test}\`: ${title}`]))
    expect(new Set(rows.map(([, name]) => name)).size).toBe(rows.length)
    expect(rows.map(([id]) => id)).toEqual(rows.map((_, at) => `C${String(at + 1).padStart(2, '0')}`))
  })

  test.each(controls)('$id $name: its test exists, and there is something to take out', ({ test, title, without }) => {
    expect(test).toMatch(/\.test\.(ts|mjs)$/)
    expect(readText(test)).toContain(title)
    expect(without.length).toBeGreaterThan(0)
    for (const { file, from } of without) expect(readText(file).split(from), file).toHaveLength(2)
  })
})

interface Control {
  id: string
  name: string
  what: string
  test: string
  title: string
  without: { file: string; from: string; to: string }[]
}

/** Rows of tables whose first cell looks so, cell by cell. */
function cells(text: string, first: RegExp): string[][] {
  const rows = text.split('\n').filter((line) => line.startsWith('| '))
  return rows.map((row) => row.slice(2, -2).split(' | ')).filter(([head = '']) => first.test(head))
}

test('every contribution point has its row, and every row is one', () => {
  const points = membersOf('src/api/plugin.ts', 'Plugin')
  expect(points).toContain('entityTabs')
  expect(firstCells(table('docs/plugins.md', 'Contribution points')).sort()).toEqual(points.sort())
})

test.each(['PermissionSpec', 'NavItem', 'HomeCard', 'EntityTab', 'EntityCard', 'JobSpec', 'Command', 'PluginContext'])(
  'every field of %s is described for those who write plugins',
  (name) => {
    const fields =
      name.startsWith('Home') || name.startsWith('Entity') ? cardFields : membersOf('src/api/plugin.ts', name)
    expect(fields.length).toBeGreaterThan(2)
    expect(fields.filter((field) => !coded(pages.get('docs/plugins.md') ?? '').has(field))).toEqual([])
  },
)

test('every field of a section of the settings is described', () => {
  const fields = [
    ...membersOf('src/api/settings.ts', 'SettingsSection'),
    ...membersOf('src/api/settings.ts', 'SettingsAnswer'),
  ]
  expect(fields).toEqual(expect.arrayContaining(['messages', 'status']))
  expect(fields.filter((field) => !coded(pages.get('docs/plugins.md') ?? '').has(field))).toEqual([])
})
const cardFields = ['id', 'title', 'permission', 'place', 'when', 'view', 'load']

test('every error code is described with its status', () => {
  expect(firstCells(table('docs/plugins.md', 'Errors'))).toEqual([...errorCodes])
})

test('every command is described', async () => {
  const lines: string[] = []
  const print = vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0)
  const code = await runCommand(['help', '--config', `${checkout}portal.config.ts`])
  print.mockRestore()
  expect(code).toBe(0)
  const commands = lines.flatMap((line) => /^ {2}([a-z]+)/.exec(line)?.[1] ?? [])
  expect(commands).toEqual(expect.arrayContaining(['start', 'doctor', 'restore', 'sources']))
  expect(missing(commands, [pages.get('docs/commands.md') ?? ''])).toEqual([])
})

test('every variable of the environment is described', () => {
  const sources = filesBelow('src').filter((path) => /^src\/(?!testing\/).*(?<!\.test)\.ts$/.test(path))
  const named = sources.flatMap((path) =>
    Array.from(withoutComments(readText(path)).matchAll(/\benv(?:\('|\.)([A-Z][A-Z_]+)/g), ([, name]) => name ?? ''),
  )
  const variables = new Set(named)
  expect([...variables]).toEqual(expect.arrayContaining(['HOST', 'PORT', 'DATA_DIR', 'LOG_LEVEL']))
  expect(missing(variables, [pages.get('docs/configuration.md') ?? ''])).toEqual([])
})

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '')
}

test('every permission is described', () => {
  const permissions = [...portal.portal.contributions.permissions.keys()]
  expect(permissions).toContain('catalog.read')
  expect(missing(permissions, docs)).toEqual([])
})

test('every metric is described', async () => {
  const metrics = await portal.portal.metrics.getMetricsAsJSON()
  const own = metrics.map(({ name }) => name).filter((name) => !/^callboard_(process|nodejs)_/.test(name))
  expect(own).toContain('callboard_crawls_running')
  expect(missing(own, docs)).toEqual([])
  expect(
    firstCells(table('docs/operations.md', 'Metrics'))
      .filter((name) => !/_(process|nodejs)_/.test(name))
      .sort(),
  ).toEqual(own.sort())
})

test('the changelog says what each dependency is for', () => {
  const { dependencies, optionalDependencies, devDependencies } = JSON.parse(readText('package.json'))
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies })
  const changelog = pages.get('CHANGELOG.md') ?? ''
  expect(names.filter((name) => !changelog.includes(`\`${name}\``))).toEqual([])
  const listed = Array.from(changelog.matchAll(/^\| (`[^|]+) \|/gm), ([, cell]) => cell ?? '')
  const mentioned = listed.flatMap((cell) => Array.from(cell.matchAll(/`([^`]+)`/g), ([, name]) => name ?? ''))
  expect(mentioned.filter((name) => !names.includes(name))).toEqual([])
})

test('links between the pages of the documentation lead somewhere', () => {
  const dead: string[] = []
  for (const [page, text] of pages) {
    for (const [, target = ''] of withoutBlocks(text)
      .replace(/`[^`\n]*`/g, '')
      .matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : posix.join(posix.dirname(page), path)
      if (!exists(file)) dead.push(`${page}: ${target}`)
      else if (anchor !== undefined && !anchorsOf(readText(file)).includes(anchor)) dead.push(`${page}: ${target}`)
    }
  }
  expect(dead).toEqual([])
})

function withoutBlocks(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '')
}

function anchorsOf(text: string): string[] {
  return Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading]) =>
    (heading ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  )
}

const everything = filesBelow('')
const folders = new Set(everything.map((path) => posix.dirname(path)))

function exists(path: string): boolean {
  const plain = path.replace(/\/$/, '')
  return everything.includes(plain) || folders.has(plain)
}

test('files of the project name no place on a machine of ours and no registry', () => {
  // Put together here, so that this file does not find itself.
  const banned = [
    ['', 'work', ''],
    ['', 'home', 'user'],
    ['registry', 'npmjs'],
    ['registry', 'yarnpkg'],
    ['npm', 'pkg', 'github'],
  ]
  const patterns = [
    banned[0]?.join('/') ?? '',
    banned[1]?.join('/') ?? '',
    ...banned.slice(2).map((parts) => parts.join('.')),
  ]
  const text = /\.(ts|mjs|js|json|md|yaml|yml|eta|css|sql|svg|toml|npmrc)$|^(LICENSE|\.npmrc|\.gitignore|\.ci\/run)$/
  const found = everything
    .filter((path) => text.test(path))
    .flatMap((path) => {
      const content = readText(path)
      return patterns.filter((pattern) => content.includes(pattern)).map((pattern) => `${path}: ${pattern}`)
    })
  expect(found).toEqual([])
})
