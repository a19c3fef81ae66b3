import { z } from 'zod'
import type { KindSpec } from '../../../../api/index.ts'
import { coreVersions, profile, text, texts } from './fields.ts'

export const group: KindSpec = {
  kind: 'Group',
  plural: 'Groups',
  icon: 'users',
  apiVersions: coreVersions,
  spec: z.looseObject({
    type: text,
    children: texts,
    parent: text.optional(),
    members: texts.optional(),
    profile: profile.optional(),
  }),
  relations: [
    { field: 'parent', defaultKind: 'Group', type: 'childOf', reverse: 'parentOf' },
    { field: 'children', defaultKind: 'Group', type: 'parentOf', reverse: 'childOf' },
    { field: 'members', defaultKind: 'User', type: 'hasMember', reverse: 'memberOf' },
  ],
}

export const user: KindSpec = {
  kind: 'User',
  plural: 'Users',
  icon: 'user',
  apiVersions: coreVersions,
  spec: z.looseObject({ memberOf: texts, profile: profile.optional() }),
  relations: [{ field: 'memberOf', defaultKind: 'Group', type: 'memberOf', reverse: 'hasMember' }],
}
