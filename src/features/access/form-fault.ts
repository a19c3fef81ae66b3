import { type ErrorCode, PortalError } from '../../api/errors.ts'

/** What is wrong with fields of a form, as sentences: a page says each beside its field. */
export class FormFault<Field extends string = string> extends PortalError {
  readonly fields: Readonly<Partial<Record<Field, string>>>

  constructor(fields: Partial<Record<Field, string>>, code: ErrorCode = 'invalid') {
    super(code, Object.values(fields).join(' '), { hint: 'Correct it and try again.' })
    this.fields = fields
  }
}

/** @throws FormFault when a field has one */
export function refuseFaults<Field extends string>(fields: Record<Field, string | undefined>): void {
  const given = Object.entries<string | undefined>(fields).filter(([, fault]) => fault !== undefined)
  if (given.length > 0) throw new FormFault(Object.fromEntries(given) as Partial<Record<Field, string>>)
}
