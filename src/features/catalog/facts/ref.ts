import type { Entity } from '../../../api/entity.ts'
import { formatRef } from '../../../api/ref.ts'

export const refOfEntity = ({ kind, metadata }: Entity): string =>
  formatRef({ kind, namespace: metadata.namespace ?? 'default', name: metadata.name })
