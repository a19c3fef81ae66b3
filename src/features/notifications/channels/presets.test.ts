import { expect, test } from 'vitest'
import type { Message } from './message.ts'
import { callOf } from './presets.ts'

const message: Message = {
  id: 'n1',
  origin: 'costs',
  topic: 'costs.budget',
  scope: null,
  severity: 'high',
  title: '<!channel> *Costs* & @all [x](javascript:alert)',
  description: 'See <https://evil.example|this>\n# @here _now_',
  link: 'https://portal.acme.example/catalog?q=(a|b)',
  recipients: 'everyone',
  toldAt: new Date('2026-11-21T12:00:00Z'),
}
const at = { delivery: 'd1', now: new Date('2026-11-21T12:00:01Z') }
const bodyOf = (preset: 'json' | 'slack' | 'teams' | 'mattermost', given = message) => {
  return JSON.parse(callOf(given, { preset }, at).body)
}

test('Slack gets blocks in which nobody is called and no foreign link stands', () => {
  const { text, blocks } = bodyOf('slack')
  expect(text).toBe('&lt;!channel&gt; *Costs* &amp; @all [x](javascript:alert)')
  const markup: string = blocks[0].text.text
  expect(markup).toContain('See &lt;https://evil.example|this&gt;')
  expect(markup.match(/<[^>]*>/g)).toEqual([
    '<https://portal.acme.example/catalog?q=(a|b)|&lt;!channel&gt; *Costs* &amp; @all [x](javascript:alert)>',
  ])
})

test('Teams gets an adaptive card of plain text and one action', () => {
  const { type, attachments } = bodyOf('teams')
  expect(type).toBe('message')
  expect(attachments[0].contentType).toBe('application/vnd.microsoft.card.adaptive')
  const { body, actions } = attachments[0].content
  expect(body.map((block: { type: string }) => block.type)).toEqual(['RichTextBlock', 'RichTextBlock', 'RichTextBlock'])
  expect(body[0].inlines[0].text).toBe(message.title)
  expect(actions).toEqual([{ type: 'Action.OpenUrl', title: 'Open', url: message.link }])
  expect(bodyOf('teams', { ...message, link: null }).attachments[0].content.actions).toEqual([])
})

test('Mattermost gets Markdown in which nobody is called', () => {
  const { text } = bodyOf('mattermost')
  expect(text).not.toMatch(/@(all|here|channel)/)
  expect(text).toContain('\\*Costs\\*')
  expect(text).toContain('\\[x\\]\\(javascript:alert\\)')
  expect(text).toContain('](https://portal.acme.example/catalog?q=%28a|b%29)')
})

test('only the plain form is signed, and only with a key', () => {
  expect(callOf(message, { preset: 'json' }, at).headers).toEqual({
    'content-type': 'application/json; charset=utf-8',
    'callboard-delivery': 'd1',
    'callboard-timestamp': '1795262401',
  })
  expect(Object.keys(callOf(message, { preset: 'slack' }, at).headers)).toEqual(['content-type'])
})
