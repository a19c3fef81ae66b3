/** Made-up states of sign-in. */
import { type SessionsView, type SignInPage, sessionsView } from '../access/views.ts'
import { now } from './entity-fixtures.ts'

const long = 'Rechtsschutzversicherungsgesellschaften'
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1'
const hour = 3_600_000

const page: SignInPage = {
  portalTitle: 'Brackenlow',
  ways: [
    { title: 'GitHub', icon: 'code', href: '/auth/github/start?to=%2F' },
    { title: 'Okta', icon: 'key', href: '/auth/okta/start?to=%2F' },
  ],
  form: { to: '/', name: 'ada', focus: null },
  problem: 'Name and password do not fit',
  isOut: false,
  isProxied: false,
}

const session = (id: string, agent: string, age: number, address: string) => ({
  ...{ id, agent, address, identity: 'i' },
  createdAt: now - age * hour,
  seenAt: now - (age * hour) / 2,
  expiresAt: now + 720 * hour,
})
const some: SessionsView = sessionsView(
  [
    session('a', safari, 40, '2001:db8::7'),
    session('b', firefox, 1, '192.0.2.7'),
    session('c', `<b>${long}`, 90, long),
  ],
  'b',
)

type Section = readonly [title: string, view: string, samples: [name: string, props: object][]]

export const accessSections: readonly Section[] = [
  ['Sign-in', 'access/_sign-in', [['several ways, after a wrong password', page]]],
  ['Where one is signed in', 'access/_sessions', [['three', some]]],
]
