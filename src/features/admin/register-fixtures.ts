/** Made-up reviews and registered locations. */
import type { RegisteredRow, ReviewFound } from '../catalog/register/views.ts'
import { entityLink, now } from './entity-fixtures.ts'

const hour = 3_600_000
const target = 'https://github.com/acme/warehouse/tree/main/services'

const location = (id: string, more: Partial<RegisteredRow> = {}): RegisteredRow => ({
  id,
  title: 'acme/warehouse/services (main)',
  target,
  href: `/catalog-import/locations/${id}`,
  removalHref: `/catalog-import/locations/${id}/removal`,
  type: 'git',
  state: 'ok',
  entities: 12,
  problems: 0,
  by: 'Ines Marlow',
  at: now - 30 * hour,
  readAt: now - hour,
  error: null,
  hint: null,
  ...more,
})

const row = (name: string, kind = 'component', icon = 'box') => ({
  title: name,
  ref: `${kind}:default/${name}`,
  icon,
  href: null,
  file: `services/${name}/catalog-info.yaml`,
  fileHref: '#',
  held: null,
})

const found: ReviewFound = {
  title: 'acme/warehouse/services (main)',
  branch: 'main',
  revision: '3f9c2ab1',
  files: ['services/picking/catalog-info.yaml', 'services/packing/catalog-info.yaml'],
  moreFiles: 0,
  groups: [
    { outcome: 'added', title: 'Would be added', count: 2, rows: [row('picking'), row('packing')] },
    {
      outcome: 'second',
      title: 'Defined elsewhere, and that definition holds',
      count: 1,
      rows: [{ ...row('stock'), href: '#', held: { file: 'stock/catalog-info.yaml', source: 'examples' } }],
    },
    { outcome: 'refused', title: 'Not allowed by the rules', count: 1, rows: [row('logistics', 'domain', 'globe')] },
  ],
  locations: [
    {
      ref: 'location:default/warehouse',
      file: 'services/catalog-info.yaml',
      targets: [
        { written: './*/catalog-info.yaml', words: 'read with it', tone: 'ok' },
        { written: 'https://github.com/acme/other/blob/main/a.yaml', words: 'not followed', tone: 'bad' },
      ],
      more: 0,
    },
  ],
  overlaps: [{ title: 'acme/warehouse', files: 1, href: '/catalog/sources' }],
  problems: [],
  moreProblems: 0,
  notes: ['1 submodule left out'],
  existingHref: null,
  registerHref: '/catalog-import/reviews/r1/registration',
  example: null,
}

const fault = { message: 'The address is refused: its host is a private address', hint: 'Use another one.', href: null }
const locations = [
  location('l1'),
  location('l2', { state: 'failed', error: 'acme/gone is not there', hint: 'Check the address.' }),
  location('l3', { state: 'leaving' }),
]

/** Title, view and samples of each section. */
export const registering: readonly [string, string, readonly [string, object][]][] = [
  ['Address to register', 'catalog/_address', [['refused', { written: 'https://10.0.0.1/x.git', fault }]]],
  ['Registered locations', 'catalog/_registrations', [['every state', { locations }]]],
  [
    'Review',
    'catalog/_review',
    [['failed', { href: '#', written: target, state: 'failed', activity: null, fault, found: null }]],
  ],
  ['What would happen', 'catalog/_finding', [['mixed', { found }]]],
  [
    'Registered location',
    'catalog/_registered',
    [
      [
        'with entities',
        {
          location: location('l4'),
          tone: 'ok',
          word: 'fine',
          activity: null,
          entities: [entityLink('component', 'picking', 'box')],
          more: 11,
          problemsHref: null,
        },
      ],
    ],
  ],
]
