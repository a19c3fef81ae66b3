import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { access } from '../features/access/index.ts'
import { notificationsService } from '../features/notifications/contract.ts'
import { organisation, type TestPortal, testPortal } from '../testing/index.ts'

// Whatever anybody may write is planted here, and every page that shows any of it is looked through.

const marks = {
  element: '<b class=planted>planted</b><img src=x onerror=planted()>',
  quoted: '"><svg class="planted" onload="planted()">',
  single: "'><b class='planted' onclick='planted()'>",
  script: '</script></textarea></title><script>planted()</script>',
  template: '<%= 31337*7 %>{{31337*7}}#{31337*7}',
  formula: '=HYPERLINK("http://evil.example","planted")',
  lines: 'planted\r\nSet-Cookie: planted=1\r\n\r\n<script>planted()</script>',
}
const everything = Object.values(marks).join(' ')

const schemes = [
  'javascript:planted()',
  'JaVaScRiPt:planted()',
  ' javascript:planted()',
  '\u0001javascript:planted()',
  'java\tscript:planted()',
  'java\nscript:planted()',
  'javascript&colon;planted()',
  'javascript\u00a0:planted()',
  'vbscript:planted()',
  'data:text/html,<script>planted()</script>',
  'DATA:text/html;base64,cGxhbnRlZA==',
  'blob:https://evil.example/planted',
  'file:///etc/planted',
  '//evil.example/planted',
  '/\\evil.example/planted',
  '/\t/evil.example/planted',
  'https:\\\\evil.example/planted"onclick="planted()',
]

const entity = (kind: string, name: string, spec: object, more: object = {}) =>
  `---\n${JSON.stringify({
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: {
      name,
      title: everything,
      description: `${everything}\n\n[a](${schemes[0]}) ![b](${schemes[9]}) <${schemes[0]}>\n\n${schemes.map((one) => `[x](<${one}>)`).join(' ')}`,
      tags: ['planted'],
      annotations: {
        'planted.example/note': everything,
        'backstage.io/view-url': schemes[1],
        'backstage.io/edit-url': schemes[4],
        'backstage.io/source-location': `url:${schemes[2]}`,
        'github.com/project-slug': marks.quoted,
      },
      // What is no address at all has the whole document refused.
      links: schemes
        .filter((url) => URL.canParse(url) && !/[\t\n ]/.test(url))
        .map((url, index) => ({ url, title: `${index} ${everything}`, icon: marks.quoted })),
      ...more,
    },
    spec,
  })}\n`

const standing = {
  type: everything,
  lifecycle: everything,
  owner: 'group:default/payments',
  system: 'system:default/shop',
}
const files = {
  'org.yaml': organisation,
  'all.yaml': [
    entity('Component', 'cart', {
      ...standing,
      dependsOn: ['resource:default/db', 'component:default/nobody'],
    }),
    entity('Component', 'own-title', standing, { title: marks.formula, description: marks.formula }),
    entity('API', 'cart-api', { ...standing, type: 'openapi', definition: everything }),
    entity('Resource', 'db', { type: everything, owner: 'user:default/anna' }),
    entity('System', 'shop', { owner: 'payments' }),
    entity('Group', 'team', {
      type: everything,
      children: [],
      members: ['anna'],
      profile: { displayName: everything, email: `${marks.quoted.replaceAll(' ', '')}@b.example`, picture: schemes[0] },
    }),
    entity('User', 'eve', {
      memberOf: ['team'],
      profile: { displayName: everything, email: marks.quoted, picture: schemes[9] },
    }),
    entity('Template', 'make', { type: 'service', owner: 'payments', steps: [], parameters: [{ title: everything }] }),
  ].join(''),
  'broken.yaml': `---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: ${JSON.stringify(marks.element)} }\nspec: {}\n---\n${JSON.stringify(everything)}\n---\nkind: ${JSON.stringify(marks.quoted)}\n`,
  'targets.yaml': entity('Location', 'more', { type: 'url', targets: [...schemes, './missing.yaml', marks.element] }),
}

let portal: TestPortal
beforeAll(async () => {
  portal = await testPortal({ files, title: `Hostile ${marks.element}`.slice(0, 60) })
  const notifications = portal.portal.services.use(notificationsService, 'a test')
  const told = { origin: 'catalog', recipients: 'everyone' } as const
  await notifications.send({
    ...told,
    title: everything.slice(0, 200),
    description: everything,
    link: '/catalog?q=<b class=planted>',
  })
  await portal.post('/catalog-import/reviews', { url: `https://evil.example/${marks.quoted}` })
  await portal.post('/home/stars', {
    kind: 'search',
    key: '/search?query=x',
    title: everything.slice(0, 80),
    starred: 'yes',
    back: '/',
  })
  await portal.settled()
})
afterAll(() => portal.close())

const base = 'http://localhost:7007'
const addresses = [
  'href',
  'src',
  'action',
  'formaction',
  'poster',
  'data',
  'xlink:href',
  'hx-get',
  'hx-post',
  'data-live',
  'data-href',
  'cite',
  'background',
]

interface Start {
  name: string
  attributes: Record<string, string>
}

/** Every start tag, also of what is never closed. */
function startsOf(html: string): Start[] {
  return Array.from(
    html.matchAll(/<([a-z][a-z0-9-]*)((?:"[^"]*"|'[^']*'|[^'">])*)>/gi),
    ([, name = '', inner = '']) => ({
      name: name.toLowerCase(),
      attributes: Object.fromEntries(
        Array.from(
          inner.matchAll(/([^\s"'=<>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g),
          ([, key = '', double, single, bare]) => [key.toLowerCase(), double ?? single ?? bare ?? ''],
        ),
      ),
    }),
  )
}

/** What stands on a page that its template did not write. */
function findings(html: string): string[] {
  const found: string[] = []
  for (const { name, attributes } of startsOf(html)) {
    const at = `<${name} ${JSON.stringify(attributes).slice(0, 200)}>`
    if (/^(iframe|object|embed|base|applet|frame|img|math|style|foreignobject)$/.test(name)) found.push(at)
    if (name === 'script' && !/^\/assets\/[\w.-]+\.js$/.test(attributes.src ?? '')) found.push(at)
    if (name === 'meta' && attributes['http-equiv'] !== undefined) found.push(at)
    if (/(^|\s)planted(\s|$)/.test(attributes.class ?? '')) found.push(at)
    for (const [key, value] of Object.entries(attributes)) {
      if (/^on|^style$|^srcdoc$|^hx-on/i.test(key)) found.push(`${key} in ${at}`)
      if (addresses.includes(key) && !leadsSomewhereSafe(decoded(value))) found.push(`${key}=${value} in ${at}`)
    }
  }
  if (html.includes('219359')) found.push('a template was evaluated')
  return found
}

const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", colon: ':' }
const decoded = (text: string) =>
  text.replace(/&(amp|lt|gt|quot|#39|colon);/g, (_all, name: string) => names[name] ?? '')

/** Read as a browser does: within the portal, or openly elsewhere by a scheme that runs nothing. */
function leadsSomewhereSafe(address: string): boolean {
  if (!URL.canParse(address, base)) return false
  const { protocol, origin } = new URL(address, base)
  if (origin === base) return true
  return /^(https?|mailto|tel):/i.test(address) && /^(https?|mailto|tel):$/.test(protocol)
}

test('the look-out sees what it is to see', () => {
  for (const mark of [marks.element, marks.quoted, marks.single, marks.script]) {
    expect(findings(`<p>${mark}</p>`), mark).not.toEqual([])
  }
  for (const scheme of schemes.slice(0, 6)) expect(findings(`<a href="${scheme}">x</a>`), scheme).not.toEqual([])
  expect(findings('<a href="//evil.example">x</a><a href="/\t/evil.example">y</a>')).toHaveLength(2)
  expect(findings('<a href="/catalog">x</a><a href="https://a.example/">y</a>')).toEqual([])
})

/** The first so many of what only differs by what is filtered. */
const most = 40

test('no page that can be reached obeys anything of it', { timeout: 120_000 }, async () => {
  const queue = [
    '/',
    '/catalog',
    '/search?query=planted',
    '/catalog-graph',
    '/admin',
    '/notifications',
    '/settings',
    '/catalog/sources',
  ]
  const seen = new Set(queue)
  const kinds = new Map<string, number>()
  const wrong: string[] = []
  let planted = 0
  for (const url of queue) {
    const { body, headers, status } = await portal.get(url)
    if (!String(headers['content-type']).startsWith('text/html')) continue
    if (status >= 500) wrong.push(`${url}: ${status}`)
    if (body.includes('planted')) planted++
    for (const finding of findings(body)) wrong.push(`${url}: ${finding}`)
    if (url === '/admin/gallery') continue
    for (const { attributes } of startsOf(body)) {
      for (const key of ['href', 'hx-get']) {
        const address = decoded(attributes[key] ?? '').split('#', 1)[0] ?? ''
        const kind = address.split('?', 1)[0] ?? ''
        if (!address.startsWith('/') || address.startsWith('/assets/') || seen.has(address)) continue
        if ((kinds.get(kind) ?? 0) >= most) continue
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
        seen.add(address)
        queue.push(address)
      }
    }
  }
  expect(wrong).toEqual([])
  expect(queue.length).toBeGreaterThan(150)
  expect(planted).toBeGreaterThan(60)
})

describe('what an address says', () => {
  const reflected = [
    ...['/nowhere/', '/catalog/default/component/', '/admin/plugins/', '/admin/jobs/', '/admin/audit/'],
    ...[
      '/catalog?q=',
      '/search?query=',
      '/catalog-graph?rootEntityRefs[]=',
      '/catalog-import?url=',
      '/catalog/changes?kind=',
    ],
    ...[
      '/catalog/problems?q=',
      '/notifications?q=',
      '/admin/audit?who=',
      '/catalog?filter=',
      '/settings/',
      '/catalog-graph/impact?entity=',
    ],
  ]
  test.each(reflected)('%s is shown as a text', async (path) => {
    for (const mark of [...Object.values(marks), ...schemes]) {
      const { body, headers, status } = await portal.get(
        path + encodeURIComponent(mark).slice(0, 480).replace(/%.?$/, ''),
      )
      expect(status, mark).toBeLessThan(500)
      expect(findings(body), mark).toEqual([])
      expect(headers['set-cookie']).toBeUndefined()
    }
  })
})

describe('in other forms', () => {
  test('CSV has no cell that a spreadsheet would run', async () => {
    for (const url of ['/catalog.csv', '/admin/audit.csv']) {
      const { body, headers } = await portal.get(url)
      expect(headers['content-type']).toContain('text/csv')
      for (const cell of body.split(/,|\r\n/)) expect(cell, url).not.toMatch(/^"?\s*[=+@]/)
    }
    expect((await portal.get('/catalog.csv')).body).toContain(`'=HYPERLINK`)
  })

  test('a feed is XML with addresses of the portal only', async () => {
    const { body, headers } = await portal.get('/catalog/changes.atom')
    expect(headers['content-type']).toContain('application/atom+xml')
    expect(body).toContain('planted')
    expect(body).not.toMatch(/<(b|img|svg|script)\b/)
    for (const [, href = ''] of body.matchAll(/href="([^"]*)"/g)) expect(new URL(decoded(href)).origin).toBe(base)
  })

  test('JSON is never taken for a page', async () => {
    for (const url of ['/catalog.json', '/api/search/query?term=planted', '/catalog/facets.json?facet=spec.type']) {
      const { headers, body } = await portal.get(url)
      expect(headers).toMatchObject({
        'content-type': expect.stringContaining('json'),
        'x-content-type-options': 'nosniff',
      })
      expect(() => JSON.parse(body)).not.toThrow()
    }
  })
})

describe('in headers', () => {
  const away = [
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    'https://evil.example',
    'javascript:planted()',
    '/%09/evil.example/..//evil.example',
    '/x\r\nSet-Cookie: planted=1',
  ]

  test.each(away)('%j leads nowhere but to the portal, and adds no header', async (to) => {
    await using one = await testPortal({ plugins: [access()], files: {} })
    const form = {
      theme: 'dark',
      back: to,
      to,
      name: 'x',
      password: 'y',
      starred: 'yes',
      kind: 'search',
      key: '/search',
      title: 'x',
    }
    const encoded = encodeURIComponent(to)
    const answers = [
      await portal.post('/theme', form),
      await portal.post('/home/stars', form),
      await portal.post('/notifications/marks', form),
      await one.get(`/sign-in?to=${encoded}`),
      await one.post('/auth/local', form),
      await one.get(`/auth/local/start?to=${encoded}`),
      await one.get(`/catalog?to=${encoded}`),
      await one.get(to.replace(/[\r\n\t]/g, encodeURIComponent)),
    ]
    for (const { headers, body } of answers) {
      if (headers.location !== undefined) expect(new URL(String(headers.location), base).origin).toBe(base)
      expect(String(headers['set-cookie'] ?? '')).not.toContain('planted')
      expect(findings(body)).toEqual([])
    }
  })

  test('names of files are fixed, without anything of the query', async () => {
    for (const url of [
      '/catalog.csv?q="%0d%0aplanted',
      '/admin/audit.csv?who="planted',
      '/admin/audit.jsonl',
      '/admin/about.txt',
    ]) {
      const { headers } = await portal.get(url)
      expect(headers['content-disposition'], url).toMatch(/^attachment; filename="[\w.-]+"$/)
    }
  })
})
