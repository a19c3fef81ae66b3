/** Made-up accounts and tokens. */
import { type AccountLine, accountFormView, chooseView, firstView, passwordView } from '../access/accounts/views.ts'
import { type TokenLine, tokenFormView } from '../access/tokens/views.ts'
import { now } from './entity-fixtures.ts'

const hour = 3_600_000
const day = 24 * hour
const long = 'Rechtsschutzversicherungsgesellschaften '.repeat(3)

const ada: AccountLine = {
  ...{ name: 'ada', title: 'Ada Lind', email: 'ada.lind@brackenlow.example', administrator: true, isDisabled: false },
  ...{ state: 'ok', stateText: 'Can sign in', createdAt: now - 90 * day, auditHref: '#' },
}
const accounts: AccountLine[] = [
  ada,
  {
    ...ada,
    name: 'ben',
    title: 'Ben',
    email: null,
    administrator: false,
    state: 'info',
    stateText: 'Waits for its link',
  },
  { ...ada, name: 'cora', title: long, administrator: false, state: 'warn', stateText: 'Locked' },
  {
    ...ada,
    name: 'dora',
    title: 'Dora',
    administrator: false,
    isDisabled: true,
    state: 'plain',
    stateText: 'Disabled',
  },
]

const token: TokenLine = {
  ...{ id: 'gallery1', title: 'Backup on the build server', kind: 'service', hint: 'cbs_4xQ2', by: 'user:default/ada' },
  ...{ permissions: 'everything, read only', createdAt: now - 40 * day, usedAt: now - hour, usedFrom: '192.0.2.17' },
  ...{ endsAt: now + 50 * day, state: 'ok', stateText: 'Works', revokeAction: '#', auditHref: null },
}
const tokens: TokenLine[] = [
  token,
  {
    ...token,
    id: 'gallery2',
    title: long,
    kind: 'personal',
    usedAt: null,
    usedFrom: null,
    endsAt: null,
    state: 'warn',
    stateText: 'Never ends',
  },
  {
    ...token,
    id: 'gallery3',
    permissions: 'catalog.read, metrics.read',
    state: 'plain',
    stateText: 'Revoked',
    revokeAction: null,
  },
]

const offered = ['catalog.read', 'catalog.refresh', 'metrics.read', 'notifications.send']
const typed = { title: '', permissions: ['catalog.refresh'], expires: '90d' }
const faulty = {
  title: 'Say what the token is for.',
  permissions: 'There is no permission called x.',
  expires: 'Too long.',
}
const wrongAccount = { name: 'A name is made of letters a to z, digits and . _ - between them.' }
const shown = 'cbs_0000000000000000000000000000000000000000000000000'
const secret = {
  title: 'Backup',
  token: shown,
  endsAt: now + 90 * day,
  example: `curl -H 'Authorization: Bearer ${shown}' https://…`,
}
const own = { everybody: false, rows: [], frame: null }
const frameOf = (action: string, q: string, total: number) => ({
  ...{ action, q, suffix: '' },
  pager: { from: null, to: null, total, previousHref: null, nextHref: total > 50 ? '?after=y' : null },
})
const page = { portalTitle: 'Brackenlow', key: 'made-up' }

type Section = readonly [title: string, view: string, samples: [name: string, props: object][]]

export const accountSections: readonly Section[] = [
  [
    'First administrator',
    'access/_first',
    [['a wrong name', firstView(page, { name: 'Ada L', title: 'Ada', email: '' }, wrongAccount)]],
  ],
  ['Choose a password', 'access/_choose', [['by a link', chooseView({ ...page, name: 'ben' })]]],
  [
    'Change the password',
    'access/_change-password',
    [['a wrong one', passwordView({ name: 'ada' }, { current: 'This is not your password.' })]],
  ],
  [
    'Accounts',
    'access/_accounts',
    [['every state, the first of two pages', { accounts, list: frameOf('/admin/accounts', '', 73) }]],
  ],
  ['New account', 'access/_account-form', [['empty', accountFormView()]]],
  [
    'Link for an account',
    'access/_link',
    [['shown once', { name: 'ben', href: 'https://…/sign-in/password?key=…', until: now + day }]],
  ],
  [
    'Tokens',
    'access/_tokens',
    [['every state, found by a text', { everybody: true, rows: tokens, frame: frameOf('/admin/tokens', 'a', 3) }]],
  ],
  [
    'New token',
    'access/_token-form',
    [['everything wrong', tokenFormView({ kind: 'service', offered }, typed, faulty)]],
  ],
  ['Token that was made', 'access/_token', [['shown once', secret]]],
]

/** Holds parts that stand in the gallery by themselves as well: with ids of their own, it would stand there twice. */
export const ownTokens = { list: own, form: tokenFormView({ kind: 'personal', offered }), made: null }
