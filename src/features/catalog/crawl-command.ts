import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { messageOf, PortalError } from '../../api/errors.ts'
import { nearest } from '../../api/nearest.ts'
import type { Command, PluginContext, RunningPortal } from '../../api/plugin.ts'
import { plural } from '../../platform/views/plural.ts'
import { crawlerRef } from './crawler.ts'
import { SourceReport, sourceReports } from './source-reports.ts'

const usage = 'callboard crawl [SOURCE…] [--full] [--json]'

/** Who reads: the running portal, or this process. */
export interface Readers {
  reports(): Promise<SourceReport[]>
  /** Has sources read; they are busy from here on until they are not. */
  begin(ids: readonly string[], full: boolean): Promise<void>
}

export const crawlCommand: Command = {
  name: 'crawl',
  summary: 'Read sources of the catalog now',
  usage: '[SOURCE…] [--full] [--json]',
  needs: 'portal',
  run: async ({ argv, ctx, print, portal }) => {
    const { names, full, json } = argumentsOf(argv)
    const readers = await readersOf(ctx, portal)
    const asked = chosen(await readers.reports(), names)
    if (asked.length === 0) print(json ? '[]' : 'No source is configured.')
    if (asked.length === 0) return 0
    const ids = asked.map(({ id }) => id)
    await readers.begin(ids, full)
    const done = await followReading(readers, ids, json ? () => undefined : print)
    if (json) print(JSON.stringify(done.map(resultOf), null, 2))
    return done.every(({ state }) => state === 'ok') ? 0 : 1
  },
}

/** Those that read for a command. */
export async function readersOf(ctx: PluginContext, portal: RunningPortal | undefined): Promise<Readers> {
  return portal ? throughPortal(portal) : inThisProcess(ctx)
}

function argumentsOf(argv: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { full: { type: 'boolean' }, json: { type: 'boolean' } },
    })
    return { names: positionals, full: values.full ?? false, json: values.json ?? false }
  } catch (error) {
    throw new PortalError('invalid', messageOf(error), { hint: `Usage: ${usage}` })
  }
}

/** By id or title; all of them when none is named. */
function chosen(reports: readonly SourceReport[], names: readonly string[]): SourceReport[] {
  const found = names.flatMap((name) => {
    const fitting = reports.filter(({ id, title }) => id === name || title === name)
    if (fitting.length > 0) return fitting
    const [meant] = nearest(
      name,
      reports.flatMap(({ id, title }) => [id, title]),
      1,
    )
    throw new PortalError('not_found', `There is no source called ${name}`, {
      hint: meant ? `Did you mean ${meant}?` : '"callboard sources" lists them.',
    })
  })
  return names.length === 0 ? [...reports] : [...new Set(found)]
}

function throughPortal(portal: RunningPortal): Readers {
  const Answer = z.object({ sources: z.array(SourceReport) })
  return {
    reports: async () => Answer.parse(await portal.ask('GET', '/catalog/sources.json')).sources,
    begin: async (sources, full) =>
      void (await portal.ask('POST', '/catalog/sources/readings.json', { sources, full })),
  }
}

async function inThisProcess(ctx: PluginContext): Promise<Readers> {
  const crawler = ctx.use(crawlerRef)
  await crawler.declare()
  const stop = new AbortController()
  ctx.onClose(() => stop.abort())
  return {
    reports: () => sourceReports(crawler),
    async begin(ids, full) {
      for (const id of ids) {
        // Why one failed stands in its row, which is what is reported.
        crawler.crawl(id, () => undefined, stop.signal, full).catch(() => undefined)
      }
    },
  }
}

const pause = 200

/** Prints what changes until every one of the sources has come to rest. */
export async function followReading(
  readers: Readers,
  ids: readonly string[],
  print: (line: string) => void,
): Promise<SourceReport[]> {
  const told = new Map<string, string>()
  for (;;) {
    const reports = (await readers.reports()).filter(({ id }) => ids.includes(id))
    for (const report of reports) {
      const line = lineOf(report)
      if (told.get(report.id) !== line) print(line)
      told.set(report.id, line)
    }
    if (reports.every(({ activity }) => activity === null)) return reports
    await sleep(pause)
  }
}

function lineOf({ title, activity, state, error, hint, entities, took, last }: SourceReport): string {
  if (activity) {
    const { what, done, total } = activity
    return `${title}: ${what.toLowerCase()}${total === null ? '' : `, ${done} of ${total}`}`
  }
  if (state !== 'ok') return `${title}: failed. ${[error, hint].filter(Boolean).join('. ')}`
  const parts = [plural(entities, 'entity', 'entities')]
  if (last) parts.push(`${plural(last.read, 'file')} read of ${last.files}`)
  if (last && last.removed > 0) parts.push(`${last.removed} removed`)
  if (last && last.held > 0) parts.push(`${last.held} missing, kept until somebody decides on the Sources page`)
  return `${title}: ${parts.join(', ')}${took === null ? '' : `, in ${(took / 1000).toFixed(1)} s`}`
}

function resultOf({ id, title, state, error, hint, entities, problems, took, last }: SourceReport) {
  return { source: id, title, ok: state === 'ok', entities, problems, took, ...last, error, hint }
}
