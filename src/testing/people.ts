import type { Actor } from '../api/actor.ts'

const person = (id: string, name: string, groups: readonly string[]): Actor => ({
  id,
  kind: 'user',
  name,
  ref: `user:default/${id}`,
  groups,
})

/** The four people of every test: anna owns, ben is in her team, cora is a stranger, root administers. */
export const people = {
  anna: person('anna', 'Anna Owner', ['group:default/payments']),
  ben: person('ben', 'Ben Teammate', ['group:default/payments']),
  cora: person('cora', 'Cora Stranger', ['group:default/visitors']),
  root: person('root', 'Root Administrator', []),
} as const satisfies Record<string, Actor>

export type Person = keyof typeof people

/** The groups and users behind the people, for portals that want them in their catalog. */
export const organisation = `
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: payments, title: Payments }
spec: { type: team, children: [], members: [anna, ben] }
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: visitors, title: Visitors }
spec: { type: team, children: [], members: [cora] }
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: anna }
spec: { profile: { displayName: Anna Owner, email: anna@example.com }, memberOf: [payments] }
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: ben }
spec: { profile: { displayName: Ben Teammate }, memberOf: [payments] }
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: { name: cora }
spec: { profile: { displayName: Cora Stranger }, memberOf: [visitors] }
`
