/** A field of a form, drawn by `shared/_field`. */
export interface FormField {
  id: string
  name: string
  label: string
  type: 'text' | 'email' | 'password'
  /** Never that of a password. */
  value: string
  autocomplete: string
  required: boolean
  maxlength: number
  /** What is expected of it. */
  hint: string | null
  /** What is wrong with it, as a sentence. */
  fault: string | null
}

type Given = Pick<FormField, 'name' | 'label'> & Partial<FormField>

/** The fields of one form, each with what is wrong with it. */
export function fieldsOf(form: string, fields: readonly Given[], faults: Readonly<Record<string, string | undefined>>) {
  return fields.map(({ name, ...given }): FormField => {
    const usual = { type: 'text', value: '', autocomplete: 'off', required: true, maxlength: 300, hint: null } as const
    return { ...usual, id: `${form}-${name}`, name, ...given, fault: faults[name] ?? null }
  })
}
