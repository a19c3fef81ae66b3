import { parseArgs } from 'node:util'
import { messageOf, PortalError } from '../../api/errors.ts'
import { nearest } from '../../api/nearest.ts'
import type { Command } from '../../api/plugin.ts'
import { accountKeeper, type ShownLink } from './accounts/keeper.ts'
import type { AccountReport } from './accounts/report.ts'
import { never, usualExpiry } from './tokens/draft.ts'
import { tokenKeeper } from './tokens/keeper.ts'
import type { TokenReport } from './tokens/report.ts'

type Print = (line: string) => void

const userUsage = [
  'callboard user create NAME [--title TITLE] [--email ADDRESS] [--administrator] [--password-stdin]',
  'callboard user reset|disable|enable NAME',
  'callboard user list [--json]',
].join('\n       ')

export const userCommand: Command = {
  name: 'user',
  summary: 'Make, list, reset, disable and enable accounts with a password',
  usage: 'create|reset|disable|enable|list [NAME]',
  needs: 'portal',
  run: async ({ argv, ctx, print, portal }) => {
    const [verb, ...rest] = argv
    const keeper = accountKeeper(ctx, portal)
    if (verb === 'list') {
      listed(await keeper.list(), read(rest, { json: flag }, userUsage, 0).values.json ?? false, print, accountLine)
    } else if (verb === 'create') {
      const options = { title: text, email: text, administrator: flag, 'password-stdin': flag }
      const { name, values } = read(rest, options, userUsage, 1)
      const { title, email, administrator } = values
      const password = values['password-stdin'] ? await passwordFromStdin() : undefined
      const draft = { name, title, email, administrator, password }
      const link = await keeper.create(draft)
      if (link) told(link, 'choose a password', print)
      else print(`${name} can sign in now.`)
    } else if (verb === 'reset') {
      told(await keeper.reset(read(rest, {}, userUsage, 1).name), 'choose a new password', print)
    } else if (verb === 'disable' || verb === 'enable') {
      const { name } = read(rest, {}, userUsage, 1)
      await keeper.setState(name, `${verb}d`)
      print(verb === 'disable' ? `${name} is disabled and signed out.` : `${name} can sign in again.`)
    } else throw unknownVerb('user', verb, ['create', 'reset', 'disable', 'enable', 'list'], userUsage)
    return 0
  },
}

const tokenUsage = [
  `callboard token create TITLE --permission NAME… [--expires ${usualExpiry}|${never}]`,
  'callboard token list [--json]',
  'callboard token revoke ID',
].join('\n       ')

export const tokenCommand: Command = {
  name: 'token',
  summary: 'Make, list and revoke tokens for programs',
  usage: 'create|list|revoke [TITLE|ID]',
  needs: 'portal',
  run: async ({ argv, ctx, print, portal }) => {
    const [verb, ...rest] = argv
    const keeper = tokenKeeper(ctx, portal)
    if (verb === 'list') {
      listed(await keeper.list(), read(rest, { json: flag }, tokenUsage, 0).values.json ?? false, print, tokenLine)
    } else if (verb === 'create') {
      const options = { permission: { type: 'string', multiple: true }, expires: text } as const
      const { name: title, values } = read(rest, options, tokenUsage, 1)
      const { permission: permissions = [], expires = usualExpiry } = values
      const { token, id, expiresAt } = await keeper.create({ title, permissions, expires })
      print(
        expiresAt === null ? 'It never ends: revoke it when it is not needed any more.' : `It ends on ${expiresAt}.`,
      )
      print(`Its id is ${id}. The token itself is shown this once and is not kept:`)
      print(token)
    } else if (verb === 'revoke') {
      const { name: id } = read(rest, {}, tokenUsage, 1)
      await keeper.revoke(id)
      print(`The token ${id} does not work any more.`)
    } else throw unknownVerb('token', verb, ['create', 'list', 'revoke'], tokenUsage)
    return 0
  },
}

const flag = { type: 'boolean' } as const
const text = { type: 'string' } as const

/** @throws PortalError `invalid` with the usage */
function read<T extends NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object>(
  argv: readonly string[],
  options: T,
  usage: string,
  words: 0 | 1,
) {
  const { values, positionals } = parsed(argv, options, usage)
  const [name = ''] = positionals
  if (positionals.length === words) return { values, name }
  const message = words === 0 ? 'This takes no name' : `One name is expected, not ${positionals.length}`
  throw new PortalError('invalid', message, { hint: `Usage: ${usage}` })
}

function parsed<T extends NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object>(
  argv: readonly string[],
  options: T,
  usage: string,
) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options })
  } catch (error) {
    throw new PortalError('invalid', messageOf(error), { hint: `Usage: ${usage}` })
  }
}

function unknownVerb(command: string, verb: string | undefined, verbs: readonly string[], usage: string): PortalError {
  const [meant] = verb === undefined ? [] : nearest(verb, verbs, 1)
  const message = verb === undefined ? `callboard ${command} needs a verb` : `callboard ${command} cannot "${verb}"`
  const hint = meant ? `Did you mean "callboard ${command} ${meant}"?` : `Usage: ${usage}`
  return new PortalError('invalid', message, { hint })
}

async function passwordFromStdin(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}

function told({ name, link, until }: ShownLink, what: string, print: Print): void {
  print(`With this link the owner of ${name} can ${what}, once, until ${until}:`)
  print(link)
}

function listed<T>(rows: readonly T[], json: boolean, print: Print, lineOf: (row: T) => string): void {
  if (json) print(JSON.stringify(rows, null, 2))
  else if (rows.length === 0) print('There are none.')
  else for (const row of rows) print(lineOf(row))
}

const states = { ok: 'can sign in', waiting: 'has not chosen a password', disabled: 'disabled' }

function accountLine({ name, title, email, administrator, state }: AccountReport): string {
  const parts = [title === name ? '' : title, email ?? '', administrator ? 'administrator' : '', states[state]]
  return `${name}: ${parts.filter(Boolean).join(', ')}`
}

function tokenLine(token: TokenReport): string {
  const { id, kind, title, hint, permissions, createdBy, expiresAt, lastUsedAt, revokedAt } = token
  const ends = revokedAt ? `revoked ${revokedAt}` : expiresAt ? `ends ${expiresAt}` : 'never ends'
  const used = lastUsedAt ? `used ${lastUsedAt}` : 'never used'
  return `${id}  ${hint}…  ${title} (${kind}, by ${createdBy}): ${permissions.join(', ')}; ${ends}, ${used}`
}
