import { type SQL, sql } from 'drizzle-orm'
import type { Reader } from '../../../api/database.ts'
import { type Given, prepared } from '../../../platform/db/prepared.ts'

/**
 * A query that is built once for whoever sees everything. A scope is another text for each actor: with one it is built
 * each time.
 */
export function scopedQuery<Values extends object, Row>(
  build: (given: Given<Values>, scope: SQL | undefined) => SQL<Row>,
): (read: Reader, values: Values, scope: SQL | undefined) => Row[] {
  const whole = prepared((_, given: Given<Values>) => build(given, undefined))
  return (read, values, scope) =>
    scope ? (read.all(build(asParameters(values), scope)) as unknown as Row[]) : (whole.all(read, values) as Row[])
}

function asParameters<Values extends object>(values: Values): Given<Values> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, sql`${value}`])) as Given<Values>
}
