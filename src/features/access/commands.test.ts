import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PluginContext } from '../../api/plugin.ts'
import type { TestPortal } from '../../testing/index.ts'
import { tokenCommand, userCommand } from './commands.ts'
import { accessPortal, accountsOf } from './fixtures/signed-in.ts'

let portal: TestPortal
beforeAll(async () => {
  portal = await accessPortal()
})
afterAll(() => portal.close())

function contextOf({ portal: { contributions } }: TestPortal): PluginContext {
  const ctx = contributions.contexts.get('access')
  if (!ctx) throw new Error('There is no access')
  return ctx
}

test.each([
  [['user'], 'needs a verb'],
  [['user', 'creat', 'x'], 'Did you mean "callboard user create"?'],
  [['user', 'create'], 'One name is expected, not 0'],
  [['user', 'create', 'a b'], 'letters a to z'],
  [['user', 'create', 'ada', '--email', 'nowhere'], 'no e-mail address'],
  [['user', 'reset', 'nobody'], 'There is no account called nobody'],
  [['user', 'list', 'all'], 'This takes no name'],
  [['user', 'create', 'ada', '--password', 'x'], "Unknown option '--password'"],
  [['token', 'create', 'Robot'], 'Choose what the token may do'],
  [['token', 'create', 'Robot', '--permission', 'catalog.reed'], 'There is no permission called catalog.reed'],
  [['token', 'create', 'Robot', '--permission', 'access.tokens'], 'No token can have access.tokens'],
  [['token', 'create', 'Robot', '--permission', '*.read', '--expires', 'soon'], 'is no length of time'],
  [['token', 'revoke', 'none'], 'There is no such token'],
  [['token', 'show'], 'callboard token cannot "show"'],
])('%j is refused: %s', async ([name, ...argv], reason) => {
  const command = name === 'user' ? userCommand : tokenCommand
  const lines: string[] = []
  const ended = command.run({ argv, ctx: contextOf(portal), print: (line) => lines.push(line) })
  const said = await ended.catch(({ message, hint }) => `${message} ${hint}`)
  expect(said).toContain(reason)
  expect(lines).toEqual([])
  expect(accountsOf(portal).list()).toEqual([])
})
