/**
 * The DOM id of something that belongs to a record: `domId('catalog-row', 'api:default/cart')` is
 * `catalog-row-api_3adefault_2fcart`. Two records never share one, and it needs no escaping in a selector.
 */
export function domId(prefix: string, record: string): string {
  return `${prefix}-${record.toLowerCase().replace(/[^a-z0-9-]/gu, (sign) => `_${sign.codePointAt(0)?.toString(16)}`)}`
}
