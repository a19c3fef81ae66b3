import { expect, test } from 'vitest'
import { normalised, type Where } from './condition.ts'
import { subject } from './fixtures.ts'
import { holds } from './holds.ts'

const shop = subject(
  {
    kind: 'Component',
    metadata: {
      name: 'Shop',
      tags: ['Java', 'public'],
      labels: { tier: 'one', 'acme.dev/zone': 'EU' },
      annotations: { 'acme.dev/cost-centre': '42' },
      links: [{ url: 'https://a' }, { url: 'https://b', type: 'Runbook' }],
      'acme.dev/extra': { 'a.b': 1 },
    },
    spec: { type: 'service', lifecycle: 'Production', replicas: 3, on: false, none: null, deep: [{ x: ['y'] }] },
  },
  { owner: 'group:default/payments', system: 'system:other/shop' },
)
const fits = (where: Where, isOwner = false) => holds(normalised(where), shop, isOwner)

const cases: [Where, boolean][] = [
  [{ kind: 'component' }, true],
  [{ kind: ['API', 'COMPONENT'] }, true],
  [{ kind: 'API' }, false],
  [{ type: 'Service', lifecycle: 'production' }, true],
  [{ type: 'service', lifecycle: 'experimental' }, false],
  [{ namespace: 'default' }, true],
  [{ namespace: 'other' }, false],
  [{ name: 'shop' }, true],
  [{ owner: 'payments' }, true],
  [{ owner: 'Group:payments' }, true],
  [{ owner: 'user:payments' }, false],
  [{ system: 'shop' }, false],
  [{ system: 'other/shop' }, true],
  [{ tag: 'java' }, true],
  [{ tag: ['go', 'PUBLIC'] }, true],
  [{ tag: 'pub' }, false],
  [{ label: { tier: 'one' } }, true],
  [{ label: { tier: ['two', 'One'] } }, true],
  [{ label: { tier: true, 'acme.dev/zone': 'eu' } }, true],
  [{ label: { acme: true } }, false],
  [JSON.parse('{"label":{"toString":true}}') as Where, false],
  [{ annotation: { 'acme.dev/cost-centre': '42' } }, true],
  [{ annotation: { 'acme.dev/cost-centre': '4' } }, false],
  [{ metadata: { 'links.type': 'runbook' } }, true],
  [{ metadata: { 'links.type': 'wiki' } }, false],
  [{ metadata: { 'acme.dev/extra.a.b': 1 } }, true],
  [{ metadata: { 'labels.tier': 'one' } }, true],
  [{ metadata: { title: true } }, false],
  [{ spec: { replicas: 3 } }, true],
  [{ spec: { replicas: ['2', '3'] } }, true],
  [{ spec: { replicas: true } }, true],
  [{ spec: { on: true } }, true],
  [{ spec: { on: [true] } }, false],
  [{ spec: { on: false } }, true],
  [{ spec: { none: true } }, false],
  [{ spec: { 'deep.x': 'y' } }, true],
  [{ spec: { deep: 'y' } }, false],
  [{ spec: { constructor: true, '__proto__.x': true } }, false],
  [{ isOwner: false }, true],
  [{ isOwner: true }, false],
  [{ any: [{ kind: 'API' }, { tag: 'java' }] }, true],
  [{ all: [{ kind: 'API' }, { tag: 'java' }] }, false],
  [{ kind: 'Component', not: { tag: 'java' } }, false],
]
test.each(cases)('%j: %s', (where, expected) => {
  expect(fits(where)).toBe(expected)
})

test('an entity that says nothing fits nothing but what it must be', () => {
  const bare = subject()
  const wheres: Where[] = [{ type: 'x' }, { owner: 'x' }, { system: 'x' }, { tag: 'x' }, { label: { a: true } }]
  for (const where of wheres) {
    expect(holds(normalised(where), bare, false), JSON.stringify(where)).toBe(false)
    expect(holds(normalised({ not: where }), bare, false)).toBe(true)
  }
})
