import { createInterface } from 'node:readline/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { messageOf, PortalError } from '../../../api/errors.ts'
import type { Command, PluginContext, RunningPortal } from '../../../api/plugin.ts'
import { operator } from '../../../platform/auth/operator.ts'
import { plural } from '../../../platform/views/plural.ts'
import { followReading, type Readers, readersOf } from '../crawl-command.ts'
import { sourceOf } from '../store/registrations.ts'
import { ReviewReport, reviewReport } from './report.ts'
import { outcomeTitles } from './review-view.ts'
import { registerRef } from './service.ts'

const usage = 'callboard register URL [--yes] [--json]'

/** Who looks and registers: the running portal, or this process. */
interface Registrar {
  begin(url: string): Promise<ReviewReport>
  report(id: string): Promise<ReviewReport>
  /** @returns the source that it is from now on */
  register(review: string): Promise<string>
}

export const registerCommand: Command = {
  name: 'register',
  summary: 'Register the address of a file or repository as a source',
  usage: 'URL [--yes] [--json]',
  needs: 'portal',
  run: async ({ argv, ctx, print, portal }) => {
    const { url, yes, json } = argumentsOf(argv)
    const registrar = portal ? throughPortal(portal) : inThisProcess(ctx)
    const report = await settled(registrar, await registrar.begin(url), json ? () => undefined : print)
    if (report.state === 'failed' || report.files.length === 0) return refused(report, json, print)
    if (!json) for (const line of linesOf(report)) print(line)
    if (!(yes || (!json && (await isConfirmed())))) return undecided(report, json, print)
    const source = await registrar.register(report.id)
    const readers = await readersOf(ctx, portal)
    // A running portal has begun by itself.
    if (!portal) await readers.begin([source], false)
    const done = await read(readers, source, json ? () => undefined : print)
    if (json) print(JSON.stringify({ registered: true, source, ...shown(report), ...done }, null, 2))
    return done.ok ? 0 : 1
  },
}

function argumentsOf(argv: readonly string[]): { url: string; yes: boolean; json: boolean } {
  const { values, positionals } = parsed(argv)
  const [url, ...others] = positionals
  if (url === undefined || others.length > 0) {
    const message =
      url === undefined ? 'register needs an address' : `register takes one address, not ${positionals.length}`
    throw new PortalError('invalid', message, { hint: `Usage: ${usage}` })
  }
  return { url, yes: values.yes ?? false, json: values.json ?? false }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { yes: { type: 'boolean' }, json: { type: 'boolean' } },
    })
  } catch (error) {
    throw new PortalError('invalid', messageOf(error), { hint: `Usage: ${usage}` })
  }
}

function throughPortal(portal: RunningPortal): Registrar {
  const Registered = z.object({ source: z.string() })
  return {
    begin: async (url) => ReviewReport.parse(await portal.ask('POST', '/catalog-import/reviews.json', { url })),
    report: async (id) => ReviewReport.parse(await portal.ask('GET', `/catalog-import/reviews/${id}/report.json`)),
    register: async (review) =>
      Registered.parse(await portal.ask('POST', '/catalog-import/locations.json', { review })).source,
  }
}

function inThisProcess(ctx: PluginContext): Registrar {
  const register = ctx.use(registerRef)
  const everything = { entity: () => true, source: () => true }
  return {
    begin: async (url) => reviewReport(await register.begin(operator, url), everything),
    report: async (id) => reviewReport(register.review(operator, id), everything),
    register: async (review) => sourceOf((await register.register(operator, review, 'command')).id),
  }
}

const pause = 200

async function settled(
  registrar: Registrar,
  begun: ReviewReport,
  print: (line: string) => void,
): Promise<ReviewReport> {
  let report = begun
  let told = ''
  while (report.state === 'looking') {
    const { what = 'waiting', done = 0, total = null } = report.activity ?? {}
    const line = `${report.target}: ${what}${total === null ? '' : `, ${done} of ${total}`}`
    if (line !== told) print(line)
    told = line
    await sleep(pause)
    report = await registrar.report(report.id)
  }
  return report
}

function linesOf({ title, branch, revision, files, entities, problems, counts, overlaps }: ReviewReport): string[] {
  const at = branch === null ? '' : ` (${branch} at ${revision?.slice(0, 8) ?? ''})`
  const groups = Object.entries(outcomeTitles).flatMap(([outcome, heading]) => {
    const rows = entities.filter((one) => one.outcome === outcome)
    if (rows.length === 0) return []
    const some = rows.slice(0, 20).map(({ ref, file, heldIn }) => {
      return `  ${ref ?? 'a document without a name'}  ${file}${heldIn === null ? '' : `  (holds: ${heldIn})`}`
    })
    return [
      `${heading}: ${rows.length}`,
      ...some,
      ...(rows.length > some.length ? [`  and ${rows.length - some.length} more`] : []),
    ]
  })
  const total = counts.error + counts.warning + counts.info
  return [
    `${title ?? ''}${at}: ${plural(files.length, 'file')}`,
    ...groups,
    ...overlaps.map((one) => `The source ${one.title} reads this repository already, with ${one.files} of these files`),
    ...(total > 0 ? [`Problems: ${total}`] : []),
    ...problems.slice(0, 20).map((one) => {
      const place = one.line === null ? (one.where ?? '') : `${one.where}:${one.column}`
      return `  ${place}  ${one.severity}  ${one.message} (${one.code})`
    }),
  ]
}

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) return false
  const asking = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(es)?$/i.test((await asking.question('Register it? [y/N] ')).trim())
  } finally {
    asking.close()
  }
}

function refused(report: ReviewReport, json: boolean, print: (line: string) => void): number {
  if (json) print(JSON.stringify({ registered: false, ...shown(report) }, null, 2))
  else if (report.state === 'failed') print([report.error, report.hint].filter(Boolean).join('\n'))
  else print('There is no catalog-info.yaml there.\nWrite one, push it, and register the address again.')
  return 1
}

function undecided(report: ReviewReport, json: boolean, print: (line: string) => void): number {
  if (json) print(JSON.stringify({ registered: false, ...shown(report) }, null, 2))
  else print('Nothing was registered. Add --yes to register it.')
  return json ? 0 : 1
}

async function read(readers: Readers, source: string, print: (line: string) => void) {
  const [report] = await followReading(readers, [source], print)
  return { ok: report?.state === 'ok', entitiesRead: report?.entities ?? 0, readError: report?.error ?? null }
}

const shown = ({ id: _id, activity: _activity, state: _state, ...rest }: ReviewReport) => rest
