import type { ShownFact } from '../../../platform/facts/shown.ts'
import type { HeadFact } from '../views.ts'

/** Facts with an icon, as they stand in the header of an entity. */
export function headStrip(facts: readonly (ShownFact & { icon: string | undefined })[]): HeadFact[] {
  return facts.flatMap(({ icon, title, words, href, said, note }) => {
    if (icon === undefined || words === null) return []
    return [{ icon, text: note === null ? words : `${words} (${note})`, href, from: `${title}. ${said}` }]
  })
}
