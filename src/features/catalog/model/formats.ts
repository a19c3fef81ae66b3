import type { ProblemCode } from './problem.ts'

/** How one field must look. The rules are those of Backstage's field format policy. */
export interface Format {
  code: ProblemCode
  /** What a value of this form is called: `name`. */
  title: string
  /** The legal form in plain words. */
  expected: string
  matches(value: string): boolean
  /** The nearest legal value, where one can be guessed. */
  mend?(value: string): string
}

const objectNamePattern = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const dnsLabelPattern = /^[a-z0-9]+(?:-+[a-z0-9]+)*$/
const tagPattern = /^[a-z0-9:+#]+(-[a-z0-9:+#]+)*$/
const suffixPattern = /^[a-z0-9A-Z]+$/
const kindPattern = /^[a-zA-Z][a-z0-9A-Z]*$/

const nameForm = '1 to 63 letters, digits, "-", "_" or ".", beginning and ending with a letter or digit'
const keyForm = `${nameForm}; in front of it, if wanted, a DNS name in lower case and "/"`

export const formats = {
  apiVersion: {
    code: 'bad-api-version',
    title: 'apiVersion',
    expected: 'a DNS name in lower case, "/", and 1 to 63 letters or digits, such as backstage.io/v1alpha1',
    matches: isApiVersion,
  },
  kind: {
    code: 'bad-kind',
    title: 'kind',
    expected: '1 to 63 letters or digits, beginning with a letter, such as Component',
    matches: (value) => within(value, 1, 63) && kindPattern.test(value),
    mend: (value) => plain(value).replace(/[^a-zA-Z0-9]+/g, ''),
  },
  objectName: { code: 'bad-name', title: 'name', expected: nameForm, matches: isObjectName, mend: mendName },
  namespace: {
    code: 'bad-namespace',
    title: 'namespace',
    expected: '1 to 63 lower-case letters, digits or "-", beginning and ending with a letter or digit',
    matches: isDnsLabel,
    mend: (value) => joined(plain(value).toLowerCase(), /[^a-z0-9]+/g),
  },
  labelKey: { code: 'bad-label-key', title: 'label key', expected: keyForm, matches: isKey, mend: mendKey },
  annotationKey: {
    code: 'bad-annotation-key',
    title: 'annotation key',
    expected: keyForm,
    matches: isKey,
    mend: mendKey,
  },
  labelValue: {
    code: 'bad-label-value',
    title: 'label value',
    expected: `nothing, or ${nameForm}`,
    matches: (value) => value === '' || isObjectName(value),
    mend: mendName,
  },
  tag: {
    code: 'bad-tag',
    title: 'tag',
    expected: '1 to 63 lower-case letters, digits, ":", "+" or "#", in words joined by single "-"',
    matches: (value) => within(value, 1, 63) && tagPattern.test(value),
    mend: (value) => joined(plain(value).toLowerCase(), /[^a-z0-9:+#]+/g),
  },
  linkUrl: {
    code: 'bad-link-url',
    title: 'address',
    expected: 'a whole address with its scheme, such as https://example.com/docs',
    matches: (value) => URL.canParse(value),
    mend: (value) => (/^[\w-]+(\.[\w-]+)+([/:?#]\S*)?$/.test(value.trim()) ? `https://${value.trim()}` : value),
  },
  linkText: {
    code: 'bad-link-text',
    title: 'text',
    expected: 'a text with at least one character that is not a space',
    matches: (value) => value.trim() !== '',
  },
} satisfies Record<string, Format>

/** A legal value near the given one, or undefined. */
export function mended(format: Format, value: string): string | undefined {
  const guess = format.mend?.(value)
  return guess !== undefined && guess !== value && format.matches(guess) ? guess : undefined
}

function within(value: string, least: number, most: number): boolean {
  return value.length >= least && value.length <= most
}

function isObjectName(value: string): boolean {
  return within(value, 1, 63) && objectNamePattern.test(value)
}

function isDnsLabel(value: string): boolean {
  return within(value, 1, 63) && dnsLabelPattern.test(value)
}

function isDnsName(value: string): boolean {
  return within(value, 1, 253) && value.split('.').every(isDnsLabel)
}

function isApiVersion(value: string): boolean {
  return isPrefixed(value, (suffix) => within(suffix, 1, 63) && suffixPattern.test(suffix))
}

function isKey(value: string): boolean {
  return isPrefixed(value, isObjectName)
}

function isPrefixed(value: string, isSuffix: (suffix: string) => boolean): boolean {
  const slash = value.indexOf('/')
  if (slash === -1) return isSuffix(value)
  return isDnsName(value.slice(0, slash)) && isSuffix(value.slice(slash + 1))
}

function mendName(value: string): string {
  const text = plain(value)
  const joinedText = joined(text, /[^A-Za-z0-9_.]+/g).replace(/^[-_.]+|[-_.]+$/g, '')
  return /\s/.test(text.trim()) ? joinedText.toLowerCase() : joinedText
}

function mendKey(value: string): string {
  const slash = value.indexOf('/')
  if (slash === -1) return mendName(value)
  return `${plain(value.slice(0, slash)).toLowerCase()}/${mendName(value.slice(slash + 1).replaceAll('/', '-'))}`
}

/** Letters without their accents: "Zahlungs-Übersicht" becomes "Zahlungs-Ubersicht". */
function plain(value: string): string {
  return value.slice(0, 500).normalize('NFKD').replace(/\p{M}/gu, '')
}

function joined(value: string, gaps: RegExp): string {
  const text = value.replace(gaps, '-').replace(/-{2,}/g, '-')
  return trimHyphens(trimHyphens(text).slice(0, 63))
}

function trimHyphens(value: string): string {
  return value.replace(/^-|-$/g, '')
}
