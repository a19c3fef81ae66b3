import { expect, test } from 'vitest'
import { elementById, elements, linksOf, people, roots, rowsOf, testPolicy, testPortal, textOf } from './index.ts'

test('an element is found by its id, with everything inside it', () => {
  const html =
    '<div><div id="a" class="x"><p>one <b>two</b></p><div>three<br></div></div><div id="b">&lt;4&gt;</div></div>'
  expect(elementById(html, 'a')).toMatchObject({ name: 'div', attributes: { class: 'x' }, text: 'one two three' })
  expect(elementById(html, 'b').text).toBe('<4>')
  expect(elementById('<svg id="s"><use href="#x"/></svg><i>no</i>', 's').html).toBe(
    '<svg id="s"><use href="#x"/></svg>',
  )
})

test('an id that is not there, or there twice, is an error that says so', () => {
  expect(() => elementById('<p id="a"></p>', 'b')).toThrow('0 elements have the id b; there are a')
  expect(() => elementById('<p id="a"></p><p id="a"></p>', 'a')).toThrow('2 elements have the id a')
  expect(() => elementById('<p id="a">', 'a')).toThrow('<p id="a"> is not closed')
})

test('links, rows and roots are read off a page', () => {
  expect(linksOf('<a href="/x?a=1&amp;b=2">X</a><a>none</a>')).toEqual([{ href: '/x?a=1&b=2', text: 'X' }])
  expect(rowsOf('<tbody><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></tbody>')).toEqual([['1', '2'], ['3']])
  expect(roots('<p>a</p> b <hr><i><p></p></i>')).toEqual({ names: ['p', 'hr', 'i'], looseText: 'b' })
  expect(
    elements('<p class=a></p><P hidden></P>', ({ name }) => name === 'p').map(({ attributes }) => attributes),
  ).toEqual([{ class: 'a' }, { hidden: '' }])
  expect(textOf('<p>It&#39;s  &amp;amp;</p>')).toBe("It's &amp;")
})

test('check and scope of the test policy agree for everybody and every entity', async () => {
  const entity = (name: string, namespace: string, owner: string) =>
    `apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: ${name}, namespace: ${namespace} }
spec: { type: service, lifecycle: production, owner: ${owner} }
---
`
  const owners = ['payments', 'group:default/payments', 'user:default/cora', 'user:anna', 'group:visitors', 'nobody']
  const files = Object.fromEntries(
    ['default', 'secret', 'other'].map((namespace) => [
      `${namespace}.yaml`,
      owners.map((owner, index) => entity(`c${index}`, namespace, owner)).join(''),
    ]),
  )
  await using portal = await testPortal({ files, access: true })
  const { db } = portal.portal
  const all = db.read.all(
    'select id, entity from catalog_entities join catalog_documents using (number)',
  ) as unknown as { id: string; entity: string }[]
  expect(all).toHaveLength(18)
  for (const person of Object.values(people)) {
    for (const permission of ['catalog.read', 'catalog.change']) {
      const scope = testPolicy.scope(person, permission)
      const inside = scope.kind === 'some' ? (db.read.all(scope.entityIds) as unknown as { id: string }[]) : all
      const allowed = all.filter(({ entity }) => testPolicy.check(person, permission, JSON.parse(entity)).allow)
      expect(inside.map(({ id }) => id).sort(), `${person.id} ${permission}`).toEqual(
        allowed.map(({ id }) => id).sort(),
      )
    }
  }
})
