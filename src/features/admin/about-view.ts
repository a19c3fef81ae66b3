import type { Cell } from '../../platform/views/built-in.ts'
import { capital, count } from '../../platform/views/plural.ts'
import type { Figures } from './about.ts'
import { lastedText, sizeText } from './sizes.ts'
import type { AboutPage } from './views.ts'

/** The figures in groups, as the page shows them. */
export function factGroups(figures: Figures): AboutPage['groups'] {
  const sum = figures.parts?.reduce((total, { bytes }) => total + bytes, 0)
  return [
    { id: 'versions', title: 'Versions', facts: facts(versions(figures)) },
    { id: 'process', title: 'Process', facts: facts(process(figures)) },
    {
      id: 'data',
      title: 'Data folder',
      facts: facts([
        ['Folder', figures.folder],
        ['In all', sum === undefined ? notYet : sizeText(sum)],
        ...(figures.parts ?? []).map(({ title, bytes }) => [title, sizeText(bytes)] as const),
        ['Free on the disk', sizeText(figures.free)],
      ]),
    },
    { id: 'contents', title: 'Contents', facts: facts(contents(figures)) },
    { id: 'migrations', title: 'Migrations', facts: facts(migrations(figures)) },
  ]
}

/** For a report of a fault: what matters about the program, and no path or address of this portal. */
export function reportOf(figures: Figures): string {
  const sizes = (figures.parts ?? []).map(({ title, bytes }) => [title, sizeText(bytes)] as const)
  const parts: [string, Pairs][] = [
    ['Versions', versions(figures)],
    ['Process', process(figures)],
    ['Data', [...sizes, ['Free on the disk', sizeText(figures.free)]]],
    ['Contents', contents(figures)],
    ['Migrations', migrations(figures)],
  ]
  const lines = parts.flatMap(([title, pairs]) => ['', title, ...pairs.map(([name, text]) => `  ${name}: ${text}`)])
  return `${lines.join('\n').trimStart()}\n`
}

type Pairs = readonly (readonly [name: string, text: string])[]

const notYet = 'being counted; load the page again'

function versions({ version, node, sqlite, system }: Figures): Pairs {
  return [
    ['Callboard', version],
    ['Node.js', node],
    ['SQLite', sqlite],
    ['System', system],
  ]
}

function process({ uptime, memory }: Figures): Pairs {
  return [
    ['Running for', lastedText(uptime)],
    ['Memory', sizeText(memory.resident)],
    ['Of it JavaScript', sizeText(memory.heap)],
  ]
}

function contents({ entities, jobs, plugins, routes }: Figures): Pairs {
  const kinds = [...entities].sort(([, a], [, b]) => b - a)
  const total = kinds.reduce((sum, [, number]) => sum + number, 0)
  return [
    ['Entities', [count(total), listed(kinds)].filter(Boolean).join(': ')],
    ['Jobs', listed([...jobs]) || 'none'],
    ['Plugins', plugins.join(', ')],
    ['Routes', count(routes)],
  ]
}

const listed = (counted: readonly (readonly [string, number])[]) =>
  counted.map(([what, number]) => `${count(number)} ${what}`).join(', ')

function migrations({ migrations }: Figures): Pairs {
  const byFeature = new Map<string, string[]>()
  for (const { feature, name } of migrations) byFeature.set(feature, [...(byFeature.get(feature) ?? []), name])
  return [...byFeature].map(([feature, names]) => [capital(feature), `${names.length}, the last ${names.at(-1)}`])
}

const facts = (pairs: Pairs) => pairs.map(([title, text]): { title: string; value: Cell } => ({ title, value: text }))
