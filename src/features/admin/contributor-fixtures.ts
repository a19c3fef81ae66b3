/** Who works on something: known to the catalog or not, with more than fit. */
import { now, owners } from './entity-fixtures.ts'

const day = 86_400_000
const long = 'Wilhelmina Constantinopolitana van der Lichtensteiner-Montgomery'

const row = (name: string, commits: number, days: number, more: object = {}) => ({
  name,
  user: null,
  isBot: false,
  commits,
  lastAt: now - days * day,
  ...more,
})

export const contributors = {
  state: 'ready',
  href: '#',
  message: null,
  hint: null,
  owners: {
    people: [
      { name: '@acme/payments', owner: owners.payments },
      { name: '@nobody', owner: null },
    ],
    from: { text: 'CODEOWNERS:4', title: '.github/CODEOWNERS line 4, for /services/checkout/', href: '#' },
  },
  folder: 'services/checkout',
  rows: [
    row('Ada Lind', 1204, 1, { user: owners.person }),
    row(long, 31, 12),
    row('אדם', 1, 300),
    row('dependabot', 88, 3, { isBot: true }),
  ],
  rest: [row('Ines', 1, 360)],
  commits: 1325,
  isPartial: false,
}
