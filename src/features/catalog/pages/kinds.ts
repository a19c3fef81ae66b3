import type { Contributions } from '../../../platform/contributions.ts'

export interface KindNames {
  /** `component` is `Component`. */
  name(kind: string): string
  /** `component` is `Components`. */
  plural(kind: string): string
}

/** Kinds as people write them; one that no plugin brings is written with a capital. */
export function kindNames({ kinds }: Pick<Contributions, 'kinds'>): KindNames {
  const known = new Map(kinds.map(({ spec }) => [spec.kind.toLowerCase(), spec]))
  const capital = (kind: string) => kind.charAt(0).toUpperCase() + kind.slice(1)
  return {
    name: (kind) => known.get(kind)?.kind ?? capital(kind),
    plural: (kind) => known.get(kind)?.plural ?? `${capital(kind)}s`,
  }
}
