import { markAll, passageOf, type Segment, type Wanted } from './model/passage.ts'

const preTag = '<mark>'
const postTag = '</mark>'

/** In the form of Backstage's API: texts with tags around the words. Clients put them in as text, tags apart. */
export function highlighted({ title, text }: { title: string; text: string }, wanted: readonly Wanted[]) {
  const tagged = (segments: readonly Segment[]) =>
    segments.map(({ text, marked }) => (marked ? `${preTag}${text}${postTag}` : text)).join('')
  return {
    preTag,
    postTag,
    fields: { title: tagged(markAll(title, wanted)), text: tagged(passageOf(text, wanted, 220)) },
  }
}
