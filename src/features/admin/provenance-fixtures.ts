/** Made-up fields of an entity with every kind of origin. */
import type { FieldGroup, FieldsView } from '../catalog/provenance-views.ts'
import { now } from './entity-fixtures.ts'

const group = (id: string, title: string, more: Partial<FieldGroup>): FieldGroup => ({
  id: `gallery-${id}`,
  icon: 'file',
  title,
  href: '#file',
  entity: null,
  commit: null,
  note: null,
  rows: [],
  ...more,
})

const row = (path: string, value: string, text: string, title: string) => ({
  path,
  value,
  from: { text, title, href: '#from' },
})

export const fields: FieldsView = {
  more: 12,
  groups: [
    group('own', 'shop/checkout/catalog-info.yaml', {
      commit: { id: '3f9c2ab41e07', author: 'Ada Lind', at: now - 26 * 60_000 },
      rows: [
        row('metadata.name', 'checkout', 'catalog-info.yaml:4', 'catalog-info.yaml line 4'),
        row('metadata.annotations["acme.dev/cost-centre"]', '4711', 'catalog-info.yaml:9', 'catalog-info.yaml line 9'),
        row(
          'spec.definition',
          'openapi: 3.1.0 info: title: Checkout',
          'catalog-info.yaml:14',
          'line 14, from openapi.yaml',
        ),
      ],
    }),
    group('other', 'shop/cart/catalog-info.yaml', {
      entity: { title: 'component:default/cart', href: '#cart' },
      note: 'The file has changed since and cannot be used as it is.',
      rows: [row('relations[0]', 'dependencyOf component:default/cart', 'catalog-info.yaml', 'the file has changed')],
    }),
    group('portal', 'Added by the portal', {
      icon: 'settings',
      href: null,
      rows: [row('metadata.uid', '0f6d…', 'portal', 'Given by the portal when it first read the entity')],
    }),
  ],
}
