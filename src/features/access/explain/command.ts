import { parseArgs } from 'node:util'
import { messageOf, PortalError } from '../../../api/errors.ts'
import type { Command, PluginContext, RunningPortal } from '../../../api/plugin.ts'
import { operator } from '../../../platform/auth/operator.ts'
import { ExplainReport, explainReport } from './report.ts'
import { inquiryRef, type Question } from './service.ts'

const usage = 'callboard explain PERSON PERMISSION [ENTITY] [--json]'

/** Ends with 0 for what is allowed, 1 for what is denied, 2 where there is nothing to decide. */
export const explainCommand: Command = {
  name: 'explain',
  summary: 'Say why somebody may do something, or may not',
  usage: 'PERSON PERMISSION [ENTITY] [--json]',
  needs: 'portal',
  run: async ({ argv, ctx, print, portal }) => {
    try {
      const { question, json } = questionIn(argv)
      const report = await ask(ctx, portal, question)
      for (const line of json ? [JSON.stringify(report, null, 2)] : linesOf(report)) print(line)
      return report.allowed ? 0 : 1
    } catch (error) {
      if (!(error instanceof PortalError) || error.code !== 'invalid') throw error
      // A program that reads what is printed must not take this for an answer.
      process.stderr.write(`${error.hint ? `${error.message}\n${error.hint}` : error.message}\n`)
      return 2
    }
  },
}

/** @throws PortalError `invalid` with the usage */
function questionIn(argv: readonly string[]): { question: Question; json: boolean } {
  const { values, positionals } = parsed(argv)
  const [person = '', permission = '', entity = '', ...more] = positionals
  if (positionals.length < 2 || more.length > 0) {
    const message = `A person, a permission and at most one entity are expected, not ${positionals.length} words`
    throw new PortalError('invalid', message, { hint: `Usage: ${usage}` })
  }
  return { question: { person, permission, entity }, json: values.json ?? false }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: { json: { type: 'boolean' } } })
  } catch (error) {
    throw new PortalError('invalid', messageOf(error), { hint: `Usage: ${usage}` })
  }
}

async function ask(ctx: PluginContext, portal: RunningPortal | undefined, question: Question): Promise<ExplainReport> {
  if (!portal) return explainReport(await ctx.use(inquiryRef).ask(operator, question))
  const query = new URLSearchParams({ ...question })
  return ExplainReport.parse(await portal.ask('GET', `/admin/permissions/explain.json?${query}`))
}

const verdicts = { allowed: 'allowed', some: 'allowed for some entities', denied: 'denied' }

function linesOf(report: ExplainReport): string[] {
  const { person, permission, entity, outcome, reason, decisive, rules, limits, groups, notes } = report
  const what = `${person} ${permission}${entity === null ? '' : ` ${entity}`}`
  return [
    `${what}: ${verdicts[outcome]}`,
    reason,
    ...(decisive ? [`Decided by ${decisive.place}: ${ruleText(decisive)}`] : []),
    ...(limits ? [`The token is limited to: ${limits.join(', ') || 'nothing'}`] : []),
    ...(groups.length > 0 ? [`Groups that count here: ${groups.join(', ')}`] : []),
    ...notes,
    ...(rules.length > 0 ? ['', 'Rules that were looked at:'] : ['', 'No rule is about this.']),
    ...rules.flatMap((rule) => [`  ${rule.place}  ${ruleText(rule)}`, `    ${rule.decides}: ${rule.why}`]),
  ]
}

type Rule = ExplainReport['rules'][number]

function ruleText({ effect, permissions, to, except, where }: Rule): string {
  const who = `${to.join(', ')}${except.length > 0 ? ` except ${except.join(', ')}` : ''}`
  const shown = permissions.slice(0, mostNames).join(', ')
  const more = permissions.length > mostNames ? ` and ${permissions.length - mostNames} more` : ''
  return `${effect} ${shown}${more} to ${who}${where === null ? '' : ` where ${where}`}`
}

/** A preset names every permission of the portal. */
const mostNames = 4
