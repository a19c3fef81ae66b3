import { type EntityRef, formatRef, parseRef } from '../../../api/ref.ts'

/**
 * A reference that leads nowhere, corrected and written as its author wrote it: as short as it was, in the quotes it
 * had. Nothing where what stands there is no plain reference, or where another kind may not be allowed.
 *
 * @param written what stands in the file
 * @param target what it was read as, in full
 * @param meant what the author may have meant
 * @example mendedReference('payments-team', 'group:default/payments-team', { kind: 'Group', namespace: 'default', name: 'payments' }) // 'payments'
 */
export function mendedReference(written: string, target: string, meant: EntityRef): string | undefined {
  const [, quote, text] = /^(["']?)([\w.:/-]+)\1$/.exec(written) ?? []
  if (text === undefined || quote === undefined) return undefined
  const { kind, namespace } = parseRef(target)
  if (meant.kind.toLowerCase() !== kind) return undefined
  const own = kindOf(text)
  const inFront = own === '' ? '' : `${own}:`
  const shapes = text.includes('/') ? [`${inFront}${meant.namespace}/`] : [inFront, `${inFront}${meant.namespace}/`]
  const isMeant = (shape: string) => formatRef(parseRef(shape + meant.name, { kind, namespace })) === formatRef(meant)
  const shape = shapes.find(isMeant)
  if (shape === undefined) return undefined
  const reference = shape + meant.name
  const quoted = quote !== '' ? quote : isNoText.test(reference) ? '"' : ''
  return quoted + reference + quoted
}

/** As it is written, in the case it is written in; empty where it is left out. */
function kindOf(text: string): string {
  const [, kind = ''] = /^([^/:]+):/.exec(text) ?? []
  return kind
}

/** What YAML reads as something else than a text: names may consist of digits, or be called "on". */
const isNoText = /^(?:[-+.\d].*|true|false|yes|no|on|off|null|y|n)$/i
